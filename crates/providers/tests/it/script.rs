//! A server that answers by a script: each expected request once, in any order, with a recorded shape. What was not
//! expected fails the test.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// One expected request and its answer.
struct Exchange {
    method: &'static str,
    /// What the request target must contain, all of it.
    target: Vec<String>,
    reply: Reply,
    used: bool,
}

#[derive(Clone)]
enum Reply {
    Json(u16, Vec<(&'static str, String)>, Value),
    /// The connection ends without an answer, as if the work had been done and the reply lost.
    Lost,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    pub target: String,
    /// Head, lower case.
    pub head: String,
    pub body: Value,
}

#[derive(Default)]
struct State {
    script: Vec<Exchange>,
    asked: Vec<Asked>,
    unexpected: Vec<String>,
    /// How long each answer takes.
    pause: Duration,
    /// Requests that are not answered yet, and the most that there ever were.
    under_way: usize,
    most: usize,
}

#[derive(Clone)]
pub struct Script {
    state: Arc<Mutex<State>>,
    pub root: String,
}

impl Script {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let root = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let script = Self {
            state: state.clone(),
            root,
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, state.clone()));
            }
        });
        script
    }

    fn add(&self, method: &'static str, target: &[&str], reply: Reply) -> &Self {
        let target = target.iter().map(|part| (*part).to_owned()).collect();
        let exchange = Exchange {
            method,
            target,
            reply,
            used: false,
        };
        self.state.lock().unwrap().script.push(exchange);
        self
    }

    /// Expects a request and answers with JSON. `{root}` in it becomes this server's root.
    #[expect(clippy::needless_pass_by_value, reason = "shapes are written in place")]
    pub fn on(&self, method: &'static str, target: &[&str], status: u16, body: Value) -> &Self {
        let text = body.to_string().replace("{root}", &self.root);
        let body = serde_json::from_str(&text).unwrap();
        self.add(method, target, Reply::Json(status, Vec::new(), body))
    }

    /// Expects a request and answers with a header too.
    pub fn with_header(
        &self,
        method: &'static str,
        target: &[&str],
        status: u16,
        header: (&'static str, &str),
        body: Value,
    ) -> &Self {
        let header = (header.0, header.1.to_owned());
        self.add(method, target, Reply::Json(status, vec![header], body))
    }

    /// Expects a request and hangs up.
    pub fn lose(&self, method: &'static str, target: &[&str]) -> &Self {
        self.add(method, target, Reply::Lost)
    }

    /// Each answer takes its time from now on.
    pub fn slow(&self, pause: Duration) -> &Self {
        self.state.lock().unwrap().pause = pause;
        self
    }

    /// How many requests were under way at once, at most.
    pub fn most(&self) -> usize {
        self.state.lock().unwrap().most
    }

    /// What was asked, after checking that it was all that was expected.
    pub fn done(&self) -> Vec<Asked> {
        let state = self.state.lock().unwrap();
        assert!(
            state.unexpected.is_empty(),
            "unexpected: {:#?}",
            state.unexpected
        );
        let open: Vec<_> = state.script.iter().filter(|e| !e.used).collect();
        let open: Vec<_> = open
            .iter()
            .map(|e| format!("{} {:?}", e.method, e.target))
            .collect();
        assert!(open.is_empty(), "never asked: {open:#?}");
        state.asked.clone()
    }

    /// The bodies that were written, in order.
    pub fn written(&self) -> Vec<(String, Value)> {
        let writes = self
            .done()
            .into_iter()
            .filter(|asked| asked.method != "GET");
        writes.map(|asked| (asked.method, asked.body)).collect()
    }
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let Some(asked) = read(&mut stream).await else {
        return;
    };
    let (reply, pause) = {
        let mut state = state.lock().unwrap();
        state.asked.push(asked.clone());
        state.under_way += 1;
        state.most = state.most.max(state.under_way);
        let pause = state.pause;
        let fits = |e: &&mut Exchange| {
            !e.used && e.method == asked.method && e.target.iter().all(|p| asked.target.contains(p))
        };
        let reply = if let Some(exchange) = state.script.iter_mut().find(fits) {
            exchange.used = true;
            exchange.reply.clone()
        } else {
            let what = format!("{} {}", asked.method, asked.target);
            state.unexpected.push(what);
            Reply::Json(599, Vec::new(), Value::Null)
        };
        (reply, pause)
    };
    tokio::time::sleep(pause).await;
    state.lock().unwrap().under_way -= 1;
    if let Reply::Json(status, headers, body) = reply {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let more: Vec<String> = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-length: {}\r\n{}",
            body.len(),
            more.concat()
        );
        let text =
            format!("{head}connection: close\r\ncontent-type: application/json\r\n\r\n{body}");
        let _ = stream.write_all(text.as_bytes()).await;
    }
}

async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let n = stream.read(&mut chunk).await.ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&chunk[..n]);
        let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let lower = head.to_lowercase();
        let length = lower
            .lines()
            .find_map(|l| l.strip_prefix("content-length: "));
        let length: usize = length.and_then(|n| n.parse().ok()).unwrap_or(0);
        if bytes.len() < end + 4 + length {
            continue;
        }
        let mut line = head.lines().next()?.split(' ');
        return Some(Asked {
            method: line.next()?.to_owned(),
            target: decode(line.next()?),
            head: lower,
            body: serde_json::from_slice(&bytes[end + 4..]).unwrap_or_default(),
        });
    }
}

/// The target as people read it.
fn decode(target: &str) -> String {
    percent_encoding::percent_decode_str(target)
        .decode_utf8_lossy()
        .into_owned()
}
