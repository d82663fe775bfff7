//! One request: who asks, for what, and how they want it.

use axum::{
    body::Body,
    http::{HeaderMap, Method, header, request::Parts},
};
use calendar::Zone;
use hub::{Access, CalendarId, CalendarView};
use identity::{Actor, User};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde_json::{Value, error::Category};

use super::{fault::Fault, ids, odata::Query, others, path::Which, prefer::Prefer, scopes};
use crate::{App, auth};

/// Largest body that is read, in bytes.
const BODY_MAX: usize = 4 * 1024 * 1024;

/// One request.
pub(super) struct Call {
    pub(super) app: App,
    pub(super) actor: Actor,
    /// The person whose mailbox it is.
    pub(super) owner: User,
    pub(super) method: Method,
    /// Of the path after `/v1.0/`, decoded, as it is from the caller's own mailbox.
    pub(super) segments: Vec<String>,
    pub(super) query: Query,
    pub(super) prefer: Prefer,
    pub(super) headers: HeaderMap,
    pub(super) body: axum::body::Bytes,
    /// `https://host/v1.0/`, as the client sees us.
    pub(super) root: String,
    /// The path after the root, as it came.
    pub(super) raw_path: String,
}

impl Call {
    pub(super) async fn of(app: &App, parts: &Parts, body: Body) -> Result<Self, Fault> {
        let caller = auth::caller(app, &parts.headers).await?;
        // A cookie that a browser sends unasked does not open this door.
        let caller = caller
            .filter(|caller| !caller.by_cookie)
            .ok_or_else(Fault::unauthorized)?;
        let actor = caller.actor;
        let owner = app
            .identity
            .user_of(&actor)
            .await?
            .ok_or_else(Fault::unauthorized)?;
        let path = parts.uri.path();
        let raw_path = path
            .strip_prefix("/v1.0/")
            .unwrap_or(path)
            .trim_end_matches('/');
        let segments = segments(raw_path);
        let segments = others::seen(app, &actor, &owner, &parts.method, segments).await?;
        let actor = scopes::allow(actor, &parts.method, &segments)?;
        let body = axum::body::to_bytes(body, BODY_MAX)
            .await
            .map_err(|_| Fault::body("the body is too large, or broke off"))?;
        Ok(Self {
            app: app.clone(),
            actor,
            owner,
            method: parts.method.clone(),
            segments,
            query: Query::of(parts.uri.query().unwrap_or_default())?,
            prefer: Prefer::of(&parts.headers)?,
            headers: parts.headers.clone(),
            body,
            root: root(app, parts),
            raw_path: raw_path.to_owned(),
        })
    }

    /// One that we make ourselves, for somebody who is not asking just now.
    pub(super) async fn inside(app: &App, actor: Actor, query: &str) -> Result<Self, Fault> {
        let owner = app.identity.user_of(&actor).await?;
        Ok(Self {
            app: app.clone(),
            actor,
            owner: owner.ok_or_else(Fault::unauthorized)?,
            method: Method::GET,
            segments: Vec::new(),
            query: Query::of(query)?,
            prefer: Prefer::of(&HeaderMap::new())?,
            headers: HeaderMap::new(),
            body: axum::body::Bytes::new(),
            root: format!("{}/v1.0/", app.public_url.trim_end_matches('/')),
            raw_path: String::new(),
        })
    }

    /// The body as JSON.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        serde_json::from_slice(&self.body).map_err(|error| match error.classify() {
            Category::Data => {
                let (line, column) = (error.line(), error.column());
                Fault::kind(format!(
                    "Cannot convert the literal at line {line}, column {column} to the expected type."
                ))
            }
            Category::Syntax | Category::Eof | Category::Io => Fault::no_json(),
        })
    }

    /// The body as a JSON object.
    pub(super) fn object(&self) -> Result<serde_json::Map<String, Value>, Fault> {
        self.json()
    }

    /// The calendar that a path is about.
    pub(super) async fn calendar(&self, which: &Which) -> Result<CalendarView, Fault> {
        match which {
            Which::Id(text) => {
                let id = ids::calendar(text).ok_or_else(|| ids::unknown(text))?;
                self.readable(id).await
            }
            Which::Default => {
                let all = self.app.hub.calendars(&self.actor).await?;
                let mut own = all.into_iter().filter(|calendar| !calendar.shared);
                own.next().ok_or_else(Fault::missing)
            }
        }
    }

    /// A calendar of which the person may see more than when it is busy: the others are not in their mailbox.
    pub(super) async fn readable(&self, id: CalendarId) -> Result<CalendarView, Fault> {
        let calendar = self.app.hub.calendar(&self.actor, id).await?;
        if calendar.access < Access::Read {
            return Err(Fault::missing());
        }
        Ok(calendar)
    }

    /// The calendars of the mailbox: the person's own, and those that others let them read.
    pub(super) async fn calendars(&self) -> Result<Vec<CalendarView>, Fault> {
        let mut all = self.app.hub.calendars(&self.actor).await?;
        all.retain(|calendar| calendar.access >= Access::Read);
        Ok(all)
    }

    /// The default calendar's identity.
    pub(super) async fn default_calendar(&self) -> Result<CalendarId, Fault> {
        Ok(self.calendar(&Which::Default).await?.id)
    }

    /// Items per page: what the client wants, within what we give.
    pub(super) fn page(&self, usual: usize) -> usize {
        const PAGE_MAX: usize = 1000;
        let most = match self.app.dialect.page_max {
            0 => PAGE_MAX,
            most => most.min(PAGE_MAX),
        };
        self.query
            .top
            .or(self.prefer.page)
            .unwrap_or(usual)
            .clamp(1, most)
    }

    /// Items whose zone is that of the person.
    pub(super) fn mailbox_zone(&self) -> Zone {
        Zone::iana(&self.owner.time_zone).unwrap_or_else(Zone::utc)
    }
}

fn segments(path: &str) -> Vec<String> {
    let decode = |s: &str| percent_decode_str(s).decode_utf8_lossy().into_owned();
    path.split('/').map(decode).flat_map(keyed).collect()
}

/// `events('id')` means `events/id`.
pub(super) fn keyed(segment: String) -> Vec<String> {
    let key = segment
        .strip_suffix("')")
        .and_then(|rest| rest.split_once("('"));
    match key {
        Some((name, id)) => vec![name.to_owned(), id.replace("''", "'")],
        None => vec![segment],
    }
}

/// How the client sees us: it must get its page links back through the same door. A proxy or a TLS listener in front
/// says `x-forwarded-proto`. Where we are below a path, our own address is the answer, as no header tells that path.
fn root(app: &App, parts: &Parts) -> String {
    let ours = app.public_url.trim_end_matches('/');
    let (scheme, place) = ours.split_once("://").unwrap_or(("http", ours));
    if place.contains('/') {
        return format!("{ours}/v1.0/");
    }
    let header = |name| {
        parts
            .headers
            .get(name)
            .and_then(|v: &axum::http::HeaderValue| v.to_str().ok())
    };
    let host = header(header::HOST.as_str()).or(parts
        .uri
        .authority()
        .map(axum::http::uri::Authority::as_str));
    let scheme = header("x-forwarded-proto")
        .or(parts.uri.scheme_str())
        .filter(|s| matches!(*s, "http" | "https"))
        .unwrap_or(scheme);
    match host {
        Some(host) => format!("{scheme}://{host}/v1.0/"),
        None => format!("{ours}/v1.0/"),
    }
}
