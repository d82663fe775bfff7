//! Who may sign in, and by which link: said in the terminal, while the hub runs.

use std::path::Path;

use network::Request;
use tempfile::TempDir;

use crate::{
    practice::network,
    process::{free_ports, kalends, start, stop},
};

/// What a command says; `None` if it fails.
pub async fn said(arguments: &[&str], config: &str, stderr: &Path) -> Option<String> {
    let arguments = [arguments, &["--config", config]].concat();
    let said = kalends(&arguments, stderr).output().await.unwrap();
    let text = String::from_utf8(said.stdout).unwrap();
    said.status.success().then_some(text)
}

/// The link in what a command said.
pub fn link_in(said: &str) -> &str {
    let mut words = said.split_whitespace();
    words.find(|word| word.contains("/welcome?token=")).unwrap()
}

async fn link(config: &str, stderr: &Path) -> String {
    let said = said(&["sign-in-link"], config, stderr).await.unwrap();
    assert!(said.contains("owner@localhost"), "{said}");
    link_in(&said).to_owned()
}

/// The cookie that a link gives.
async fn cookie(link: &str) -> Option<String> {
    let answer = network().send(Request::get(link)).await.unwrap();
    assert_eq!(answer.status, 303);
    answer.header("set-cookie").map(str::to_owned)
}

/// A configuration of a hub of its own, and its address.
pub fn configured(dir: &Path) -> (String, String) {
    let (config, listen) = (
        dir.join("config.toml"),
        format!("127.0.0.1:{}", free_ports()),
    );
    let data = dir.join("data");
    let text = format!(
        "[server]\nlisten = \"{listen}\"\n[storage]\ndata = \"{}\"\n",
        data.display()
    );
    std::fs::write(&config, text).unwrap();
    (
        config.to_str().unwrap().to_owned(),
        format!("http://{listen}/"),
    )
}

/// What somebody reads at the REST API, signed in by a link.
pub async fn reads(link: &str, root: &str, what: &str) -> serde_json::Value {
    let cookie = cookie(link).await.unwrap();
    let cookie = cookie.split(';').next().unwrap();
    let request = Request::get(format!("{root}api/v1/{what}")).header("cookie", cookie);
    let answer = network().send(request).await.unwrap();
    assert_eq!(answer.status, 200);
    serde_json::from_str(answer.text().unwrap()).unwrap()
}

#[tokio::test]
async fn people_are_let_in_beside_a_running_hub() {
    let dir = TempDir::new().unwrap();
    let stderr = dir.path().join("stderr");
    let (config, root) = configured(dir.path());
    let serve = kalends(&["serve", "--config", &config], &stderr);
    let (mut hub, _) = start(serve, &stderr, "/welcome?token=").await;
    let person = async |arguments: &[&str]| {
        let arguments = [&["person"], arguments].concat();
        said(&arguments, &config, &stderr).await
    };
    let named = ["--name", "Ada", "--time-zone", "Europe/Berlin"];
    let added = person(&[&["add", "Ada@example.com"], &named[..]].concat()).await;
    let added = added.unwrap();
    assert!(
        added.contains("ada@example.com  Ada  Europe/Berlin"),
        "{added}"
    );
    let calendars = reads(link_in(&added), &root, "calendars").await;
    let calendars = calendars.as_array().unwrap();
    let first = calendars.first().unwrap();
    assert_eq!(
        (calendars.len(), &first["timeZone"]),
        (1, &"Europe/Berlin".into())
    );

    assert_eq!(
        person(&["add", "ada@EXAMPLE.com"]).await,
        None,
        "there is one"
    );
    assert_eq!(person(&["add", "ada"]).await, None, "no address");
    assert_eq!(
        person(&["add", "ben@example.com", "--time-zone", "Moon"]).await,
        None
    );
    assert_eq!(
        person(&["change", "ben@example.com", "--name", "Ben"]).await,
        None,
        "nobody"
    );
    let taken = ["change", "owner@localhost", "--to", "ada@example.com"];
    assert_eq!(person(&taken).await, None, "that is hers");
    let to = ["change", "owner@localhost", "--to", "desk@example.com"];
    assert!(person(&to).await.unwrap().contains("(owner)"));

    let all = person(&["list"]).await.unwrap();
    let addresses = all
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    let addresses: Vec<&str> = addresses.collect();
    assert_eq!(addresses, ["desk@example.com", "ada@example.com"]);
    let again = said(&["sign-in-link", "ada@example.com"], &config, &stderr).await;
    let me = reads(link_in(&again.unwrap()), &root, "me").await;
    assert_eq!(me["email"], "ada@example.com");
    stop(&mut hub).await;
}

#[tokio::test]
async fn a_fresh_link_signs_in_beside_a_running_hub() {
    let dir = TempDir::new().unwrap();
    let stderr = dir.path().join("stderr");
    let (config, _) = configured(dir.path());
    let config = config.as_str();
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
