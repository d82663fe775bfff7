//! Tokens are in no log line and in no error.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kalends_network::{Redirects, Request};
use tracing_subscriber::fmt::MakeWriter;

use crate::server::{Server, Step, local, reply};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn tokens_are_in_no_log_line_and_in_no_error() {
    let lines = Lines::default();
    // For the whole binary: a subscriber of one thread misses call sites that other threads met first.
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(lines.clone())
        .init();
    let network = local();
    let mut errors = String::new();
    for step in [
        Step::Say(reply(200, "set-cookie: s3cret\r\n", "s3cret")),
        Step::Say(reply(302, "location: http://10.0.0.1/?s3cret\r\n", "")),
        Step::Say(reply(302, "location: http://s3cret@example.com/\r\n", "")),
        Step::Say("HTTP/1.1 s3cret\r\n\r\n".to_owned()),
        Step::Say(String::new()),
        Step::Stall(String::new()),
        Step::Flood,
    ] {
        let server = Server::start(vec![step]).await;
        let request = Request::report(server.url("/calendars/?token=s3cret"))
            .bearer("s3cret")
            .body("text/plain", "s3cret")
            .follow(Redirects::up_to(1))
            .body_limit(64)
            .deadline(Duration::from_millis(200));
        if let Err(error) = network.send(request).await {
            errors.extend([error.to_string(), format!("{error:?}\n")]);
        }
    }
    let refused = Request::get("http://127.0.0.1:1/private-s3cret/basic.ics?s3cret").secret_path();
    errors += &network.send(refused).await.unwrap_err().to_string();
    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(!log.contains("s3cret"), "{log}");
    assert!(!errors.contains("s3cret"), "{errors}");
    assert!(
        log.contains(r#"method="REPORT" host="127.0.0.1" path="/calendars/" status=200 ms="#),
        "{log}"
    );
    assert!(log.contains(r#"path="(secret)""#), "{log}");
    assert_eq!(errors.lines().count(), 7);
}
