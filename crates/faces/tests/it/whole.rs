//! A connection goes on after a refusal, whenever the body of what was refused arrives.

use std::{net::SocketAddr, time::Duration};

use kalends_faces::{google, microsoft};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    time::timeout,
};

use crate::world::World;

/// The status of the next answer; its body is read, too.
async fn status(from: &mut BufReader<TcpStream>) -> String {
    let (mut status, mut length) = (String::new(), 0);
    from.read_line(&mut status).await.unwrap();
    loop {
        let mut line = String::new();
        from.read_line(&mut line).await.unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(text) = line.to_lowercase().strip_prefix("content-length:") {
            length = text.trim().parse().unwrap();
        }
    }
    from.read_exact(&mut vec![0; length]).await.unwrap();
    status.trim().to_owned()
}

async fn goes_on(address: SocketAddr, path: &str) {
    let mut stream = BufReader::new(TcpStream::connect(address).await.unwrap());
    let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    // Nobody with such a request is known, which can be said without its body. It must not be.
    let early = timeout(Duration::from_millis(200), stream.fill_buf()).await;
    assert!(early.is_err(), "{path}: answered already");
    stream.write_all(b"null").await.unwrap();
    assert_eq!(
        status(&mut stream).await,
        "HTTP/1.1 401 Unauthorized",
        "{path}"
    );
    let again = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
    stream.write_all(again.as_bytes()).await.unwrap();
    assert_eq!(
        status(&mut stream).await,
        "HTTP/1.1 401 Unauthorized",
        "{path}"
    );
}

/// Served as it is: whoever looks at answers reads requests to their end, too.
async fn served(router: axum::Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

#[tokio::test]
async fn a_refusal_waits_for_the_rest_of_its_request() {
    let world = World::start(google::router, |_| Vec::new()).await;
    let address = served(google::router(world.app.clone())).await;
    goes_on(address, "/calendar/v3/calendars/primary/events").await;
    let address = served(microsoft::router(world.app.clone())).await;
    goes_on(address, "/v1.0/me/events").await;
}
