//! Redirects: who follows, how far, and what is carried along.

use kalends_network::{Error, Network, Reach, Redirects, Refusal, Request, Settings};

use crate::server::{Names, Server, local, reply};

fn moved(status: u16, location: &str) -> String {
    reply(status, &format!("location: {location}\r\n"), "")
}

/// A client that finds a.example.com and b.example.com on this machine.
fn two_hosts() -> Network {
    let names = Names::new(&[
        ("a.example.com", &["127.0.0.1"]),
        ("b.example.com", &["127.0.0.1"]),
    ]);
    Network::new(Settings {
        reach: Reach::AlsoLoopback,
        resolver: Some(names),
        ..Settings::default()
    })
    .unwrap()
}

#[tokio::test]
async fn a_redirect_is_the_reply_unless_it_is_to_be_followed() {
    let network = local();
    let server = Server::saying(&moved(302, "/elsewhere")).await;
    assert_eq!(
        network
            .send(Request::get(server.url("/")))
            .await
            .unwrap()
            .status,
        302
    );
    let write = Request::put(server.url("/"))
        .body("text/calendar", "x")
        .follow(Redirects::up_to(5));
    assert_eq!(
        network.send(write).await.unwrap().status,
        302,
        "a write is not sent on"
    );
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn discovery_goes_to_another_host_without_the_password() {
    for (redirects, carried) in [
        (Redirects::up_to(5), false),
        (Redirects::up_to(5).trusting("b.example.com"), true),
    ] {
        let home = Server::saying(&reply(207, "", "found")).await;
        let front = Server::saying(&moved(
            301,
            &format!("http://b.example.com:{}/home/", home.port),
        ))
        .await;
        let request = Request::propfind(format!(
            "http://a.example.com:{}/.well-known/caldav",
            front.port
        ))
        .basic("user", "password")
        .secret_header("x-key", "k")
        .header("depth", "0")
        .body("application/xml", "<propfind/>")
        .follow(redirects);
        let response = two_hosts().send(request).await.unwrap();
        assert_eq!(
            response.url.as_str(),
            format!("http://b.example.com:{}/home/", home.port)
        );
        assert_eq!(response.text().unwrap(), "found");
        let asked = home.asked().remove(0);
        assert!(
            asked.starts_with("propfind /home/")
                && asked.contains("depth: 0")
                && asked.ends_with("<propfind/>"),
            "{asked}"
        );
        assert_eq!(
            (asked.contains("authorization"), asked.contains("x-key")),
            (carried, carried),
            "{asked}"
        );
        assert!(front.asked()[0].contains("authorization: basic"));
    }
}

#[tokio::test]
async fn a_circle_ends() {
    let network = local();
    let server = Server::saying(&moved(307, "/again")).await;
    let error = network
        .send(Request::get(server.url("/")).follow(Redirects::up_to(3)))
        .await
        .unwrap_err();
    assert_eq!(
        error,
        Error::Refused {
            host: "127.0.0.1".into(),
            reason: Refusal::TooManyRedirects
        }
    );
    assert_eq!(server.asked().len(), 4);
}

#[tokio::test]
async fn every_hop_passes_the_guard() {
    let network = local();
    for (location, wanted) in [
        ("http://10.0.0.1/", Refusal::Address),
        ("http://169.254.169.254/latest/meta-data/", Refusal::Address),
        ("http://db/", Refusal::Name),
    ] {
        let server = Server::saying(&moved(302, location)).await;
        let error = network
            .send(Request::get(server.url("/")).follow(Redirects::up_to(5)))
            .await
            .unwrap_err();
        assert!(
            matches!(error, Error::Refused { reason, .. } if reason == wanted),
            "{location}: {error:?}"
        );
    }
    let server = Server::saying(&moved(302, "file:///etc/passwd")).await;
    let error = network
        .send(Request::get(server.url("/")).follow(Redirects::up_to(5)))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::BadUrl(_)), "{error:?}");
}
