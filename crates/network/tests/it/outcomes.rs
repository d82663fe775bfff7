//! What each failure says about the request's execution, and the limits.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use kalends_network::{Error, Lookup, Network, Reach, Request, Resolver, Settings};
use tokio::net::TcpListener;

use crate::server::{Server, Step, local, reply};

#[tokio::test]
async fn a_reply_is_read_whole() {
    let network = local();
    let server = Server::saying(&reply(207, "etag: \"1\"\r\n", "<multistatus/>")).await;
    let request = Request::propfind(server.url("/dav/?a=b"))
        .header("depth", "1")
        .body("application/xml", "<propfind/>");
    let response = network.send(request).await.unwrap();
    assert_eq!(
        (
            response.status,
            response.header("etag"),
            response.text().unwrap()
        ),
        (207, Some("\"1\""), "<multistatus/>")
    );
    let asked = server.asked().remove(0);
    assert!(
        asked.starts_with("propfind /dav/?a=b http/1.1\r\n"),
        "{asked}"
    );
    assert!(
        asked.contains(concat!("user-agent: kalends/", env!("CARGO_PKG_VERSION"))),
        "{asked}"
    );
    assert!(asked.ends_with("<propfind/>"), "{asked}");
}

#[tokio::test]
async fn a_bad_status_is_a_reply_and_not_an_error() {
    let network = local();
    let server = Server::saying(&reply(503, "retry-after: 7\r\n", "")).await;
    assert_eq!(
        network
            .send(Request::get(server.url("/")))
            .await
            .unwrap()
            .status,
        503
    );
}

#[tokio::test]
async fn replies_that_break_leave_the_outcome_unknown() {
    let network = local();
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n";
    for (name, step) in [
        ("closed before the reply", Step::Say(String::new())),
        (
            "cut in the head",
            Step::Say("HTTP/1.1 200 OK\r\ncontent-le".to_owned()),
        ),
        ("cut in the body", Step::Say(format!("{head}12345"))),
        (
            "cut in a chunk",
            Step::Say("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n123".to_owned()),
        ),
        (
            "cut between chunks",
            Step::Say(
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\n123\r\n".to_owned(),
            ),
        ),
        ("no HTTP", Step::Say("220 mail ESMTP\r\n\r\n".to_owned())),
        (
            "too many headers",
            Step::Say(reply(200, &"x: y\r\n".repeat(200), "")),
        ),
        ("silence", Step::Stall(String::new())),
        (
            "silence within the body",
            Step::Stall(format!("{head}12345")),
        ),
    ] {
        let server = Server::start(vec![step]).await;
        let request = Request::put(server.url("/1.ics"))
            .body("text/calendar", "x")
            .deadline(Duration::from_millis(300));
        let error = network.send(request).await.unwrap_err();
        assert!(
            matches!(error, Error::Unknown { .. }) && error.may_have_been_executed(),
            "{name}: {error:?}"
        );
        assert_eq!(server.asked().len(), 1, "{name}: sent once only");
    }
}

/// Resolves nothing, ever.
struct Mute;

impl Resolver for Mute {
    fn lookup(&self, _name: &str) -> Lookup {
        Box::pin(pending())
    }
}

#[tokio::test]
async fn a_server_that_is_not_reached_was_not_asked() {
    let network = local();
    let free = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let refused = network
        .send(Request::post(format!("http://{free}/")))
        .await
        .unwrap_err();
    assert!(matches!(refused, Error::NotSent { .. }), "{refused:?}");
    assert!(!refused.may_have_been_executed());

    let unresolved = Network::new(Settings {
        resolver: Some(crate::server::Names::new(&[])),
        ..Settings::default()
    })
    .unwrap();
    let error = unresolved
        .send(Request::get("https://gone.example.com/"))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::NotSent { cause, .. } if cause.contains("no such name")),
        "{error:?}"
    );

    let connect_deadline = Duration::from_millis(50);
    let mute = Settings {
        resolver: Some(Arc::new(Mute)),
        connect_deadline,
        reach: Reach::PublicOnly,
        ..Settings::default()
    };
    let error = Network::new(mute)
        .unwrap()
        .send(Request::get("https://slow.example.com/"))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::NotSent { .. }), "{error:?}");
}

#[tokio::test]
async fn a_body_above_the_limit_is_cut() {
    let network = local();
    let announced = Step::Say(reply(200, "", "12345678901234567"));
    for (name, step) in [("announced", announced), ("without end", Step::Flood)] {
        let server = Server::start(vec![step]).await;
        let error = network
            .send(Request::get(server.url("/")).body_limit(16))
            .await
            .unwrap_err();
        assert_eq!(
            error,
            Error::BodyTooLarge {
                host: "127.0.0.1".into(),
                status: 200,
                limit_bytes: 16
            },
            "{name}"
        );
    }
    let server = Server::saying(&reply(200, "", "1234567890123456")).await;
    assert_eq!(
        network
            .send(Request::get(server.url("/")).body_limit(16))
            .await
            .unwrap()
            .body
            .len(),
        16
    );
}

#[tokio::test]
async fn a_request_that_cannot_be_built_is_not_sent() {
    let network = local();
    let server = Server::saying(&reply(200, "", "")).await;
    let error = network
        .send(Request::get(server.url("/")).header("if-match", "\"1\"\r\nx: y"))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::BadRequest(_)));
    assert_eq!(server.asked().len(), 0);
}
