//! Requests, over so many connections at once, and what they cost the server.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use reqwest::Method;
use tokio::task::JoinSet;

use crate::{Fallible, processes, requests::Plan, server::Server};

/// How long one figure is asked for; what was begun is ended.
const PATIENCE: Duration = Duration::from_secs(6);

/// A request.
#[derive(Clone)]
pub struct Ask {
    /// Its method.
    pub method: &'static str,
    /// Where.
    pub url: String,
    /// Its headers.
    pub headers: Vec<(&'static str, &'static str)>,
    /// Its body.
    pub body: String,
}

impl Ask {
    /// Without a body.
    pub fn new(method: &'static str, url: String) -> Self {
        Self {
            method,
            url,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    /// With XML, for a depth.
    pub fn xml(method: &'static str, url: String, depth: &'static str, body: String) -> Self {
        Self {
            headers: vec![("depth", depth), ("content-type", "application/xml")],
            body,
            ..Self::new(method, url)
        }
    }

    /// A PUT of an object.
    pub fn put(url: String, text: String) -> Self {
        Self {
            headers: vec![("content-type", "text/calendar; charset=utf-8")],
            body: text,
            ..Self::new("PUT", url)
        }
    }
}

/// What a request cost.
pub struct Cost {
    /// Milliseconds of CPU.
    pub cpu_ms: f64,
    /// How many were sent.
    pub count: usize,
    /// Octets of one answer.
    pub octets: usize,
}

/// Somebody with an account.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    /// Where.
    pub server: Arc<Server>,
}

impl Client {
    /// A client of this server.
    pub fn new(server: Server) -> Fallible<Self> {
        Ok(Self {
            http: reqwest::Client::builder().no_proxy().build()?,
            server: Arc::new(server),
        })
    }

    /// The answer to one request, which must be a success.
    pub async fn ask(&self, ask: &Ask) -> Fallible<String> {
        let method = Method::from_bytes(ask.method.as_bytes())?;
        let Server { user, password, .. } = &*self.server;
        let mut request = self.http.request(method, &ask.url);
        for (name, value) in &ask.headers {
            request = request.header(*name, *value);
        }
        let request = request.basic_auth(user, Some(password));
        let answer = request.body(ask.body.clone()).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        if !status.is_success() {
            let name = &self.server.name;
            return Err(format!("{name}: {} {}: {status}: {text}", ask.method, ask.url).into());
        }
        Ok(text)
    }

    /// Sends them all over so many connections.
    pub async fn all(&self, asks: Vec<Ask>, connections: usize) -> Fallible {
        self.run(Arc::new(asks), connections, Duration::MAX)
            .await
            .map(drop)
    }

    /// Sends a plan's requests until they are all sent or patience ends. What one cost.
    pub async fn measure(&self, plan: &Plan, connections: usize) -> Fallible<Cost> {
        let asks = Arc::new(plan.asks.clone());
        let process = self.server.process;
        let before = processes::cpu(process)?;
        let (count, octets) = self.run(asks, connections, PATIENCE).await?;
        let cpu = processes::cpu(process)? - before;
        Ok(Cost {
            cpu_ms: cpu * 1000.0 / count as f64,
            count,
            octets: octets / count,
        })
    }

    async fn run(
        &self,
        asks: Arc<Vec<Ask>>,
        connections: usize,
        patience: Duration,
    ) -> Fallible<(usize, usize)> {
        let (next, begin) = (Arc::new(AtomicUsize::new(0)), Instant::now());
        let mut running = JoinSet::new();
        for _ in 0..connections {
            let (client, asks, next) = (self.clone(), asks.clone(), next.clone());
            running.spawn(async move {
                let (mut count, mut octets) = (0, 0);
                while begin.elapsed() < patience
                    && let Some(ask) = asks.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    octets += client.ask(ask).await?.len();
                    count += 1;
                }
                Fallible::Ok((count, octets))
            });
        }
        let mut sums = (0, 0);
        while let Some(ended) = running.join_next().await {
            let (count, octets) = ended??;
            sums = (sums.0 + count, sums.1 + octets);
        }
        Ok(sums)
    }
}
