//! A CalDAV server with one calendar in memory, and the manners of several real ones.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
};

use protocols::caldav::{
    Element, Multistatus, Name, PropFind, Report, Response, SyncCollection, name,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// How the server behaves, and what it holds.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a manner of its own")]
pub struct State {
    /// Objects by name: ETag number and body.
    pub objects: BTreeMap<String, (u32, String)>,
    /// Names in the order in which they changed; the position is the sync token.
    pub log: Vec<String>,
    /// Method and path of every request.
    pub requests: Vec<String>,
    /// Headers of the last request, in lower case.
    pub headers: BTreeMap<String, String>,
    /// Answers to give instead, before anything is done, to requests of that method.
    pub instead: VecDeque<(&'static str, String)>,
    /// Does the work, then closes the connection without an answer, so many times.
    pub drop_replies: usize,
    /// sync-collection is answered with 403.
    pub no_sync: bool,
    /// calendar-multiget is answered with 501.
    pub no_multiget: bool,
    /// An unknown token is answered with this.
    pub bad_token: Option<String>,
    /// The token of a part skips all further parts.
    pub skips: bool,
    /// PUT is refused with this.
    pub refuses_put: Option<String>,
    /// The paths of its calendars begin with this, as at a server of that kind. What it says of them does not.
    pub below: String,
    /// PUT answers without an ETag.
    pub no_put_etag: bool,
    /// DELETE does not look at `If-Match`.
    pub blind: bool,
    /// Each part of a sync holds at most so many.
    pub part: Option<usize>,
    tags: u32,
}

impl State {
    /// Changes an object as another client would.
    pub fn edit(&mut self, name: &str, body: Option<&str>) -> String {
        self.tags += 1;
        self.log.push(name.to_owned());
        match body {
            Some(body) => drop(
                self.objects
                    .insert(name.to_owned(), (self.tags, body.to_owned())),
            ),
            None => drop(self.objects.remove(name)),
        }
        format!("\"{}\"", self.tags)
    }

    /// How many requests of this method there were.
    pub fn count(&self, method: &str) -> usize {
        self.requests
            .iter()
            .filter(|r| r.starts_with(method))
            .count()
    }
}

/// A running server.
pub struct Server {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Server {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        Self { address, state }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

struct Request {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let Some(mut request) = read(&mut stream).await else {
        return;
    };
    let answer = {
        let mut state = state.lock().unwrap();
        if let Some(path) = request.path.strip_prefix(&state.below) {
            request.path = path.to_owned();
        }
        state
            .requests
            .push(format!("{} {}", request.method, request.path));
        state.headers.clone_from(&request.headers);
        let at = state.instead.iter().position(|(m, _)| *m == request.method);
        let answer = match at {
            Some(at) => state.instead.remove(at).unwrap().1,
            None => answer(&mut state, &request),
        };
        if state.drop_replies > 0 && request.method != "GET" {
            state.drop_replies -= 1;
            return;
        }
        answer
    };
    let _closed = stream.write_all(answer.as_bytes()).await;
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    let head = loop {
        let n = stream.read(&mut chunk).await.ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&chunk[..n]);
        if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break at;
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let mut lines = text.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: BTreeMap<String, String> = lines
        .filter_map(|l| l.split_once(": "))
        .map(|(k, v)| (k.to_lowercase(), v.to_owned()))
        .collect();
    let length = headers
        .get("content-length")
        .map_or(0, |l| l.parse().unwrap());
    let mut body = bytes[head + 4..].to_vec();
    while body.len() < length {
        let n = stream.read(&mut chunk).await.ok().filter(|n| *n > 0)?;
        body.extend_from_slice(&chunk[..n]);
    }
    Some(Request {
        method,
        path,
        headers,
        body,
    })
}

/// An answer with a body.
pub fn reply(status: u16, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn multistatus(responses: Vec<Response>, sync_token: Option<String>) -> String {
    let body = Multistatus {
        responses,
        sync_token,
    };
    reply(207, "", &body.write().write())
}

fn answer(state: &mut State, request: &Request) -> String {
    if request.headers.get("authorization").map(String::as_str) != Some("Basic YWRhOnNlY3JldA==") {
        return reply(401, "www-authenticate: Basic realm=x\r\n", "");
    }
    match (request.method.as_str(), request.path.as_str()) {
        ("PROPFIND", path) => propfind(state, path, request),
        ("REPORT", "/home/work/") => report(state, &request.body),
        (method, path) => match path.strip_prefix("/home/work/") {
            Some(name) => object(state, method, name, request),
            None => reply(404, "", ""),
        },
    }
}

fn propfind(state: &State, path: &str, request: &Request) -> String {
    let href = |name: Name, href: &str| Element::parent(name, [Element::text(name::HREF, href)]);
    let deep = request.headers.get("depth").map(String::as_str) == Some("1");
    let find = PropFind::parse(&request.body).unwrap();
    let wants = |name: &Name| matches!(&find, PropFind::Props(props) if props.names.contains(name));
    match path {
        "/.well-known/caldav" => reply(301, "location: /dav/\r\n", ""),
        "/dav/" => {
            let principal = href(name::CURRENT_USER_PRINCIPAL, "/principals/ada");
            multistatus(
                vec![Response::props(
                    path,
                    vec![principal],
                    [name::CALENDAR_HOME_SET],
                )],
                None,
            )
        }
        "/principals/ada" => {
            let home = href(name::CALENDAR_HOME_SET, "/home/");
            multistatus(vec![Response::props(path, vec![home], [])], None)
        }
        "/home/" => multistatus(home(), None),
        "/home/work/" if deep => multistatus(tags(state), None),
        "/home/work/" if wants(&name::GETCTAG) => {
            let tag = Element::text(name::GETCTAG, state.log.len().to_string());
            multistatus(vec![Response::props(path, vec![tag], [])], None)
        }
        "/home/work/" => multistatus(vec![home().remove(1)], None),
        _ => match path.strip_prefix("/home/work/") {
            Some(name) if state.objects.contains_key(name) => {
                let tag = tag_of(state, name).into_iter().collect();
                multistatus(vec![Response::props(path, tag, [])], None)
            }
            _ => reply(404, "", ""),
        },
    }
}

fn home() -> Vec<Response> {
    let kind = |inner: &[Name]| {
        Element::parent(name::RESOURCETYPE, inner.iter().cloned().map(Element::new))
    };
    let components = |c: &str| {
        Element::parent(
            name::SUPPORTED_CALENDAR_COMPONENT_SET,
            [Element::new(name::COMP).attribute("name", c)],
        )
    };
    let privileges = |p: &'static str| {
        let inner = Element::new(Name::new(name::DAV, p));
        Element::parent(
            name::CURRENT_USER_PRIVILEGE_SET,
            [Element::parent(name::PRIVILEGE, [inner])],
        )
    };
    let calendar = [name::COLLECTION, name::CALENDAR];
    vec![
        Response::props("/home/", vec![kind(&[name::COLLECTION])], []),
        Response::props(
            "/home/work/",
            vec![
                kind(&calendar),
                components("VEVENT"),
                Element::text(name::DISPLAYNAME, "Praxis & Söhne"),
                Element::text(name::CALENDAR_COLOR, "#FF2D55FF"),
                privileges("write"),
            ],
            [],
        ),
        Response::props(
            "/home/tasks/",
            vec![kind(&calendar), components("VTODO")],
            [],
        ),
        Response::props(
            "/home/read%20only/",
            vec![kind(&calendar), components("VEVENT"), privileges("read")],
            [name::DISPLAYNAME],
        ),
    ]
}

fn tag_of(state: &State, name: &str) -> Option<Element> {
    let (tag, _) = state.objects.get(name)?;
    Some(Element::text(name::GETETAG, format!("\"{tag}\"")))
}

fn tags(state: &State) -> Vec<Response> {
    let own = Response::props(
        "/home/work/",
        vec![Element::text(name::GETETAG, "\"c\"")],
        [],
    );
    let objects = state.objects.keys().map(|object| {
        let href = format!("/home/work/{object}");
        Response::props(href, tag_of(state, object).into_iter().collect(), [])
    });
    std::iter::once(own).chain(objects).collect()
}

fn report(state: &State, body: &[u8]) -> String {
    match Report::parse(body).unwrap() {
        Report::SyncCollection(_) if state.no_sync => reply(403, "", ""),
        Report::SyncCollection(sync) => sync_collection(state, &sync),
        Report::Multiget(_) if state.no_multiget => reply(501, "", ""),
        Report::Multiget(get) => {
            let objects = get.hrefs.iter().map(|href| {
                let name = href.strip_prefix("/home/work/").unwrap();
                match (tag_of(state, name), state.objects.get(name)) {
                    (Some(tag), Some((_, body))) => {
                        let data = Element::text(name::CALENDAR_DATA, body);
                        // As iCloud does: the same object on another host.
                        let href = format!("http://other.example{href}");
                        Response::props(href, vec![tag, data], [])
                    }
                    _ => Response::status(href, 404),
                }
            });
            multistatus(objects.collect(), None)
        }
        _ => reply(400, "", ""),
    }
}

fn sync_collection(state: &State, sync: &SyncCollection) -> String {
    let from = match sync.token.as_deref().map(str::parse::<usize>) {
        None => None,
        Some(Ok(n)) if n <= state.log.len() => Some(n),
        _ => match &state.bad_token {
            Some(answer) => return answer.clone(),
            None => {
                return reply(
                    403,
                    "",
                    "<d:error xmlns:d='DAV:'><d:valid-sync-token/></d:error>",
                );
            }
        },
    };
    let mut names: Vec<&String> = match from {
        None if state.part.is_none() => state.objects.keys().collect(),
        from => state.log[from.unwrap_or(0)..].iter().collect(),
    };
    let start = from.unwrap_or(0);
    let cut = state.part.filter(|part| names.len() > *part);
    names.truncate(cut.unwrap_or(names.len()));
    let token = cut.map_or(state.log.len(), |part| start + part);
    let token = if state.skips { state.log.len() } else { token };
    names.sort();
    names.dedup();
    let mut responses: Vec<Response> = names
        .into_iter()
        .map(|object| {
            let href = format!("/home/work/{object}");
            match tag_of(state, object) {
                Some(tag) => Response::props(href, vec![tag], []),
                None => Response::status(href, 404),
            }
        })
        .collect();
    if cut.is_some() {
        responses.push(Response::status("/home/work/", 507));
    }
    multistatus(responses, Some(token.to_string()))
}

fn object(state: &mut State, method: &str, name: &str, request: &Request) -> String {
    let current = state.objects.get(name).map(|(tag, _)| format!("\"{tag}\""));
    let wanted = request.headers.get("if-match");
    let compares = !(state.blind && method == "DELETE");
    let stale = compares && wanted.is_some() && wanted != current.as_ref();
    let exists = request.headers.contains_key("if-none-match") && current.is_some();
    match method {
        "GET" => match state.objects.get(name) {
            Some((tag, body)) => reply(200, &format!("etag: \"{tag}\"\r\n"), body),
            None => reply(404, "", ""),
        },
        "PUT" | "DELETE" if stale || exists => reply(412, "", ""),
        "PUT" if state.refuses_put.is_some() => state.refuses_put.clone().unwrap(),
        "PUT" => {
            let body = String::from_utf8(request.body.clone()).unwrap();
            let tag = state.edit(name, Some(&body));
            let tag = if state.no_put_etag {
                String::new()
            } else {
                format!("etag: {tag}\r\n")
            };
            reply(201, &tag, "")
        }
        "DELETE" if current.is_none() => reply(404, "", ""),
        "DELETE" => {
            state.edit(name, None);
            reply(204, "", "")
        }
        _ => reply(405, "", ""),
    }
}
