//! A mail server on this machine (RFC 5321), as small as it can be, that does what it is told.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

/// What it does with one connection.
#[derive(Clone, Copy, Debug)]
pub enum Manner {
    /// Takes what comes.
    Takes,
    /// Answers so to RCPT.
    Recipient(&'static str),
    /// Answers so to a message.
    Message(&'static str),
    /// Answers so to AUTH.
    Auth(&'static str),
    /// Takes a message and is gone before it can say so.
    TakesAndDies,
}

/// A message that it has taken.
#[derive(Clone, Debug)]
pub struct Taken {
    pub from: String,
    pub to: Vec<String>,
    pub data: String,
}

#[derive(Default)]
struct State {
    manners: VecDeque<Manner>,
    taken: Vec<Taken>,
    said: Vec<String>,
}

#[derive(Clone)]
pub struct Smtp {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

impl Smtp {
    pub async fn start(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let smtp = Self {
            port: listener.local_addr().unwrap().port(),
            state: Arc::default(),
        };
        let own = smtp.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (own, tls) = (own.clone(), tls.clone());
                tokio::spawn(async move {
                    let manner = own.state.lock().unwrap().manners.pop_front();
                    let manner = manner.unwrap_or(Manner::Takes);
                    match tls {
                        None => own.serve(stream, manner).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => own.serve(stream, manner).await,
                            Err(_) => Some(()),
                        },
                    }
                });
            }
        });
        smtp
    }

    /// How it meets those who come next, one after the other.
    pub fn will(&self, manners: impl IntoIterator<Item = Manner>) {
        self.state.lock().unwrap().manners.extend(manners);
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.state.lock().unwrap().taken.clone()
    }

    /// All that clients said, messages apart.
    pub fn said(&self) -> Vec<String> {
        self.state.lock().unwrap().said.clone()
    }

    async fn serve(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin,
        manner: Manner,
    ) -> Option<()> {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 here\r\n").await.ok()?;
        stream.flush().await.ok()?;
        let (mut from, mut to) = (String::new(), Vec::new());
        loop {
            let line = line(&mut stream).await?;
            self.state.lock().unwrap().said.push(line.clone());
            let verb = line.split([' ', ':']).next().unwrap_or_default();
            let answer = match (verb.to_ascii_uppercase().as_str(), manner) {
                ("EHLO", _) => "250-here\r\n250-8BITMIME\r\n250 AUTH PLAIN",
                ("AUTH", Manner::Auth(answer)) | ("RCPT", Manner::Recipient(answer)) => answer,
                ("AUTH", _) => "235 welcome",
                ("MAIL", _) => {
                    from.clone_from(&line);
                    "250 ok"
                }
                ("RCPT", _) => {
                    to.push(line.clone());
                    "250 ok"
                }
                ("DATA", _) => {
                    stream.write_all(b"354 go on\r\n").await.ok()?;
                    stream.flush().await.ok()?;
                    let data = self::data(&mut stream).await?;
                    if let Manner::Message(answer) = manner {
                        answer
                    } else {
                        let (from, to) = (from.clone(), std::mem::take(&mut to));
                        let taken = Taken { from, to, data };
                        self.state.lock().unwrap().taken.push(taken);
                        if matches!(manner, Manner::TakesAndDies) {
                            return None;
                        }
                        "250 taken"
                    }
                }
                ("QUIT", _) => {
                    stream.write_all(b"221 bye\r\n").await.ok()?;
                    return stream.flush().await.ok();
                }
                ("NOOP" | "RSET", _) => "250 ok",
                _ => "500 what?",
            };
            stream.write_all(answer.as_bytes()).await.ok()?;
            stream.write_all(b"\r\n").await.ok()?;
            stream.flush().await.ok()?;
        }
    }
}

async fn line(stream: &mut (impl AsyncBufReadExt + Unpin)) -> Option<String> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).await.ok()?;
    (read > 0).then(|| line.trim_end().to_owned())
}

/// A message up to its lone dot, the dots that were doubled for it single again (RFC 5321 4.5.2).
async fn data(stream: &mut (impl AsyncBufReadExt + Unpin)) -> Option<String> {
    let mut data = String::new();
    loop {
        let line = line(stream).await?;
        if line == "." {
            return Some(data);
        }
        data.push_str(line.strip_prefix('.').unwrap_or(&line));
        data.push_str("\r\n");
    }
}
