//! Requests, several at once, and what they cost the server.

use std::time::Instant;

use reqwest::{Method, Response};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::{
    Fallible,
    measure::{cpu_of, rate},
    server::Server,
    table::row,
};

/// How many requests are under way at once.
const AT_ONCE: usize = 4;

/// A request: its method, its path with its query, and its body.
#[derive(Clone)]
pub struct Ask {
    /// Which.
    pub method: Method,
    /// Behind the root.
    pub path: String,
    /// `Null` for none.
    pub body: Value,
}

impl Ask {
    /// A GET.
    pub fn get(path: impl Into<String>) -> Self {
        Self::with(Method::GET, path, Value::Null)
    }

    /// With a body.
    pub fn with(method: Method, path: impl Into<String>, body: Value) -> Self {
        let path = path.into();
        Self { method, path, body }
    }
}

/// Somebody who has signed in.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    root: String,
    token: String,
    server: u32,
}

impl Client {
    /// A client of this server.
    pub fn new(server: &Server) -> Fallible<Self> {
        Ok(Self {
            http: reqwest::Client::builder().no_proxy().build()?,
            root: server.root.clone(),
            token: server.token.clone(),
            server: server.id(),
        })
    }

    /// The answer to one request.
    pub async fn ask(&self, ask: &Ask) -> Fallible<Value> {
        let url = if ask.path.starts_with("http") {
            ask.path.clone()
        } else {
            format!("{}{}", self.root, ask.path)
        };
        let mut request = self.http.request(ask.method.clone(), url);
        if !ask.body.is_null() {
            request = request.json(&ask.body);
        }
        let answer: Response = request.bearer_auth(&self.token).send().await?;
        let status = answer.status();
        let body = answer.bytes().await?;
        if !status.is_success() {
            let text = String::from_utf8_lossy(&body);
            return Err(format!("{} {}: {status}: {text}", ask.method, ask.path).into());
        }
        Ok(serde_json::from_slice(&body).unwrap_or_default())
    }

    /// All of them, a few at once; what they cost is printed. The answers in the order of the requests.
    pub async fn measure(&self, what: &str, asks: Vec<Ask>) -> Fallible<Vec<Value>> {
        let count = asks.len();
        let (begin, cpu) = (Instant::now(), cpu_of(self.server)?);
        let mut running = JoinSet::new();
        let mut answers = vec![Value::Null; count];
        let mut left = asks.into_iter().enumerate();
        loop {
            while running.len() < AT_ONCE
                && let Some((number, ask)) = left.next()
            {
                let client = self.clone();
                running.spawn(async move { (number, client.ask(&ask).await) });
            }
            let Some(ended) = running.join_next().await else {
                break;
            };
            let (number, answer) = ended?;
            answers[number] = answer?;
        }
        let (time, cpu) = (begin.elapsed(), cpu_of(self.server)? - cpu);
        row(
            what,
            rate(count, time),
            &format!(
                "a second, {:.2} ms of CPU each",
                cpu * 1000.0 / count as f64
            ),
        );
        Ok(answers)
    }

    /// Pages from a first one to the last, one after the other: each has the address of the next.
    pub async fn pages(
        &self,
        what: &str,
        first: Ask,
        next: impl Fn(&Value) -> Option<String>,
    ) -> Fallible<Value> {
        let (begin, cpu) = (Instant::now(), cpu_of(self.server)?);
        let (mut ask, mut count) = (first, 0);
        let last = loop {
            let page = self.ask(&ask).await?;
            count += 1;
            match next(&page) {
                Some(path) => ask = Ask::get(path),
                None => break page,
            }
        };
        let (time, cpu) = (begin.elapsed(), cpu_of(self.server)? - cpu);
        let unit = format!(
            "a second, {:.2} ms of CPU each, {count} of them",
            cpu * 1000.0 / f64::from(count)
        );
        row(what, rate(usize::try_from(count)?, time), &unit);
        Ok(last)
    }
}
