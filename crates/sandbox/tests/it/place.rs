//! The data directory has one sandbox, and `fresh` removes nothing that is in use or somebody else's.

use std::{net::TcpListener, sync::Arc};

use identity::{SystemClock, SystemIds};
use kalends_sandbox::{Error, Kind, Sandbox, Settings};

use crate::fixture;

async fn fresh(settings: Settings) -> Result<Sandbox, Error> {
    let settings = Settings {
        fresh: true,
        ..settings
    };
    Sandbox::start(settings, Arc::new(SystemClock), Arc::new(SystemIds)).await
}

fn one(folder: &tempfile::TempDir) -> Settings {
    Settings {
        kinds: vec![Kind::Google],
        ..fixture::settings(folder)
    }
}

#[tokio::test]
async fn a_fresh_start_leaves_a_running_sandbox_alone() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = fixture::start(one(&folder)).await;
    let token = sandbox.twins()[0].people[0].token.clone();
    let refused = fresh(one(&folder)).await.err().unwrap();
    assert!(matches!(refused, Error::Taken(_)), "{refused}");
    assert!(folder.path().join("google.db").exists());
    sandbox.stop().await;
    let again = fresh(one(&folder)).await.unwrap();
    assert_ne!(again.twins()[0].people[0].token, token, "it is fresh");
    again.stop().await;
}

#[tokio::test]
async fn a_fresh_start_that_gets_no_port_removes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fixture::start(one(&folder)).await.stop().await;
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = Settings {
        port: taken.local_addr().unwrap().port(),
        ..one(&folder)
    };
    let refused = fresh(settings).await.err().unwrap();
    assert!(refused.to_string().contains("google"), "{refused}");
    assert!(folder.path().join("google.db").exists());
}

#[tokio::test]
async fn a_fresh_start_removes_nobody_elses_files() {
    let folder = tempfile::tempdir().unwrap();
    let thesis = folder.path().join("thesis.txt");
    std::fs::write(&thesis, "years").unwrap();
    let refused = fresh(one(&folder)).await.err().unwrap();
    assert!(matches!(refused, Error::NotOurs(_)), "{refused}");
    assert!(thesis.exists());
}
