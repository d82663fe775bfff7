//! A sign-in link from the terminal, while the hub runs.

use std::path::Path;

use network::Request;
use tempfile::TempDir;

use crate::{
    practice::network,
    process::{free_ports, kalends, start, stop},
};

async fn link(config: &str, stderr: &Path) -> String {
    let arguments = ["sign-in-link", "--config", config];
    let said = kalends(&arguments, stderr).output().await.unwrap();
    assert!(said.status.success());
    let said = String::from_utf8(said.stdout).unwrap();
    assert!(said.contains("owner@localhost"), "{said}");
    let link = said
        .split_whitespace()
        .find(|word| word.contains("/welcome?token="));
    link.unwrap().to_owned()
}

/// The cookie that a link gives.
async fn cookie(link: &str) -> Option<String> {
    let answer = network().send(Request::get(link)).await.unwrap();
    assert_eq!(answer.status, 303);
    answer.header("set-cookie").map(str::to_owned)
}

#[tokio::test]
async fn a_fresh_link_signs_in_beside_a_running_hub() {
    let dir = TempDir::new().unwrap();
    let (config, stderr) = (dir.path().join("config.toml"), dir.path().join("stderr"));
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:{}\"\n[storage]\ndata = {:?}\n",
        free_ports(),
        dir.path().join("data")
    );
    std::fs::write(&config, text).unwrap();
    let config = config.to_str().unwrap();
    let serve = kalends(&["serve", "--config", config], &stderr);
    let (mut hub, said) = start(serve, &stderr, "/welcome?token=").await;
    let first = said.last().unwrap().split_whitespace().last().unwrap();
    let (second, third) = (link(config, &stderr).await, link(config, &stderr).await);
    for link in [first, &second, &third] {
        assert!(cookie(link).await.is_some(), "{link}");
        assert_eq!(cookie(link).await, None, "it works once");
    }
    stop(&mut hub).await;
}
