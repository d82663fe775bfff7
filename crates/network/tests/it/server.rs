//! A server that answers each connection with the next step of a script, and remembers what it was asked.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use kalends_network::{Lookup, Network, Reach, Resolver, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with a request that it has read.
#[derive(Clone)]
pub enum Step {
    /// Sends this and closes the connection.
    Say(String),
    /// Sends this and then nothing more, but keeps the connection.
    Stall(String),
    /// Sends a head and a body without end.
    Flood,
}

pub struct Server {
    pub port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts a server. The last step of the script is repeated.
    pub async fn start(script: Vec<Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        tokio::spawn(async move {
            for turn in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                let step = script[turn.min(script.len() - 1)].clone();
                tokio::spawn(answer(stream, step, log.clone()));
            }
        });
        Self { port, asked }
    }

    /// A server that always says this.
    pub async fn saying(reply: &str) -> Self {
        Self::start(vec![Step::Say(reply.to_owned())]).await
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// What was asked so far: heads in lower case, with their bodies.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn answer(mut stream: TcpStream, step: Step, log: Arc<Mutex<Vec<String>>>) {
    let asked = read_request(&mut stream).await;
    log.lock().unwrap().push(asked);
    // The client may hang up at any moment; that is what some tests are about.
    let _ = match step {
        Step::Say(reply) => stream.write_all(reply.as_bytes()).await,
        Step::Stall(reply) => {
            let _ = stream.write_all(reply.as_bytes()).await;
            stream.read(&mut [0]).await.map(drop)
        }
        Step::Flood => {
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                .await;
            while stream.write_all(b"8\r\nendless \r\n").await.is_ok() {}
            Ok(())
        }
    };
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut part = [0; 4096];
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return text;
            }
        }
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return text,
            Ok(read) => text.push_str(&String::from_utf8_lossy(&part[..read]).to_lowercase()),
        }
    }
}

/// A whole reply.
pub fn reply(status: u16, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\n{headers}connection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A DNS that knows these names, and counts how often it was asked.
#[derive(Default)]
pub struct Names {
    pub known: HashMap<String, Vec<IpAddr>>,
    pub asked: Mutex<usize>,
}

impl Names {
    pub fn new(known: &[(&str, &[&str])]) -> Arc<Self> {
        let addresses = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        let known = known
            .iter()
            .map(|(name, found)| ((*name).to_owned(), addresses(found)))
            .collect();
        Arc::new(Self {
            known,
            asked: Mutex::default(),
        })
    }
}

impl Resolver for Names {
    fn lookup(&self, name: &str) -> Lookup {
        *self.asked.lock().unwrap() += 1;
        let found = self
            .known
            .get(name)
            .cloned()
            .ok_or_else(|| io::Error::other("no such name"));
        Box::pin(async move { found })
    }
}

/// A client that may reach loopback.
pub fn local() -> Network {
    Network::new(Settings {
        reach: Reach::AlsoLoopback,
        ..Settings::default()
    })
    .unwrap()
}
