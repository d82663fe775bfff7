//! The guard in the act of connecting.

use kalends_network::{Allowed, Error, Network, Reach, Refusal, Request, Resolver, Settings};
use std::sync::Arc;

use crate::server::{Names, Server, reply};

fn network(reach: Reach, allow: &[String], names: Arc<dyn Resolver>) -> Network {
    let allow = allow
        .iter()
        .map(|entry| entry.parse::<Allowed>().unwrap())
        .collect();
    Network::new(Settings {
        reach,
        allow,
        resolver: Some(names),
        ..Settings::default()
    })
    .unwrap()
}

#[tokio::test]
async fn a_name_with_one_private_answer_is_refused_as_a_whole() {
    let server = Server::saying(&reply(200, "", "")).await;
    for (reach, found) in [
        (Reach::PublicOnly, &["127.0.0.1"][..]),
        (Reach::PublicOnly, &["93.184.215.14", "127.0.0.1"]),
        (Reach::PublicOnly, &["::ffff:127.0.0.1"]),
        (Reach::AlsoLoopback, &["127.0.0.1", "10.0.0.1"]),
    ] {
        let network = network(reach, &[], Names::new(&[("a.example.com", found)]));
        let error = network
            .send(Request::get(format!(
                "http://a.example.com:{}/",
                server.port
            )))
            .await
            .unwrap_err();
        assert_eq!(
            error,
            Error::Refused {
                host: "a.example.com".into(),
                reason: Refusal::Address
            },
            "{found:?}"
        );
    }
    assert_eq!(server.asked().len(), 0);
}

#[tokio::test]
async fn the_allow_list_is_exact_to_the_port() {
    let (open, shut) = (
        Server::saying(&reply(200, "", "")).await,
        Server::saying(&reply(200, "", "")).await,
    );
    let names = Names::new(&[("a.example.com", &["127.0.0.1"])]);
    let network = network(
        Reach::PublicOnly,
        &[format!("a.example.com:{}", open.port)],
        names,
    );
    let ask = |port| network.send(Request::get(format!("http://a.example.com:{port}/")));
    assert_eq!(ask(open.port).await.unwrap().status, 200);
    assert!(matches!(
        ask(shut.port).await,
        Err(Error::Refused {
            reason: Refusal::Address,
            ..
        })
    ));
    assert_eq!((open.asked().len(), shut.asked().len()), (1, 0));
}

#[tokio::test]
async fn the_address_that_was_checked_is_the_one_that_is_dialled() {
    let server = Server::saying(&reply(200, "", "")).await;
    let names = Names::new(&[("a.example.com", &["127.0.0.1"])]);
    let network = network(Reach::AlsoLoopback, &[], names.clone());
    network
        .send(Request::get(format!(
            "http://a.example.com:{}/",
            server.port
        )))
        .await
        .unwrap();
    assert_eq!(
        *names.asked.lock().unwrap(),
        1,
        "one answer, checked and dialled; there is no second to differ"
    );
}
