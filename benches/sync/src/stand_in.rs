//! A CalDAV server that says what it is told to say.

use std::sync::Arc;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::Fallible;

/// A loopback address of its own: at 127.0.0.1 the program looks every second, as if it were a test.
const ADDRESS: &str = "127.0.0.2:0";

/// What it says to a path and a body: the body of a multistatus.
pub type Says = dyn Fn(&str, &str) -> String + Send + Sync;

/// Its address, with a slash at the end, and its task.
pub async fn start(says: Arc<Says>) -> Fallible<(String, JoinHandle<()>)> {
    let listener = TcpListener::bind(ADDRESS).await?;
    let root = format!("http://{}/", listener.local_addr()?);
    Ok((root, tokio::spawn(serve(listener, says))))
}

/// An answer that something is so, or, without responses, that nothing has changed.
pub fn multistatus(responses: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><d:multistatus xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\">{responses}\
         <d:sync-token>http://bench.example/1</d:sync-token></d:multistatus>"
    )
}

async fn serve(listener: TcpListener, says: Arc<Says>) {
    while let Ok((stream, _)) = listener.accept().await {
        let says = says.clone();
        // Whoever hangs up has had enough.
        tokio::spawn(async move { answer(stream, &*says).await.ok() });
    }
}

async fn answer(mut stream: TcpStream, says: &Says) -> Fallible {
    let mut buffer = Vec::new();
    loop {
        let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
            continue;
        };
        let head = String::from_utf8_lossy(&buffer[..end]).to_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length.map_or(Ok(0), |text| text.trim().parse())?;
        if buffer.len() < end + 4 + length {
            stream.read_buf(&mut buffer).await?;
            continue;
        }
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let body = String::from_utf8_lossy(&buffer[end + 4..end + 4 + length]).into_owned();
        buffer.drain(..end + 4 + length);
        let text = says(&path, &body);
        let head = format!(
            "HTTP/1.1 207 Multi-Status\r\nContent-Type: application/xml\r\nContent-Length: {}\r\n\r\n",
            text.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(text.as_bytes()).await?;
    }
}
