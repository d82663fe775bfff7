//! The same practice from four processes: the hub as anybody runs it, and three stand-ins that share nothing with it or
//! with each other.

use std::{collections::BTreeMap, path::Path, time::Duration};

use network::{Request, Response, Url};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Child;

use crate::{
    apps::{ALL, HOP, ahead, all_have, day},
    practice::{Practice, network},
    process::{free_ports, kalends, start},
    until::until,
};

/// How long the hub may take to read everything for the first time.
const FIRST_READ: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn four_processes_keep_a_practice_the_same() {
    let practice = practice().await;
    let mut pids: Vec<u32> = practice.children.iter().filter_map(Child::id).collect();
    pids.dedup();
    assert_eq!(pids.len(), 4);
    for (n, at) in (4..).zip(ALL) {
        let (title, renamed) = (
            format!("Apart at {at:?}"),
            format!("Apart, renamed at {at:?}"),
        );
        let there = |title: &String| [(title.clone(), ahead(n, 9))];
        at.create(&practice, &title, ahead(n, 9)).await;
        all_have(&practice, &title, HOP, &there(&title), |found| {
            *found == title
        })
        .await;
        let other = at.others()[0];
        other.change(&practice, &title, &renamed, None).await;
        all_have(&practice, &renamed, HOP, &there(&renamed), |found| {
            *found == renamed
        })
        .await;
        other.delete(&practice, &renamed).await;
        all_have(&practice, "deleted", HOP, &[], |found| *found == renamed).await;
    }
    practice.stop().await;
}

/// Starts the four, connects and links.
async fn practice() -> Practice {
    let dir = TempDir::new().unwrap();
    let (hub_port, stderr) = (free_ports(), dir.path().join("stderr"));
    let root = format!("http://127.0.0.1:{hub_port}/");
    let (mut stage, mut clients, mut children) = (json!({}), BTreeMap::new(), Vec::new());
    for at in ALL {
        let (child, described) = stand_in(dir.path(), at.name(), &root).await;
        stage[at.name()] = described[at.name()].clone();
        clients.insert(at.name(), described["oauth"].clone());
        children.push(child);
    }
    stage["demo"] = sandbox::demo::play(&network(), &stage, day(0))
        .await
        .unwrap();
    let token = "a token for this test and nothing else";
    stage["hub"] = json!({ "root": root, "token": token });
    let file = dir.path().join("stage.json");
    std::fs::write(&file, stage.to_string()).unwrap();
    let config = dir.path().join("config.toml");
    std::fs::write(
        &config,
        configuration(hub_port, dir.path(), &stage, &clients),
    )
    .unwrap();
    let arguments = [
        "serve",
        "--config",
        config.to_str().unwrap(),
        "--stage",
        file.to_str().unwrap(),
    ];
    let mut serve = kalends(&arguments, &stderr);
    serve.env("KALENDS_DEMO_TOKEN", token);
    let hub = serve.stdout(std::process::Stdio::null()).spawn().unwrap();
    // It ends before those that it talks to.
    children.insert(0, hub);
    let practice = Practice {
        children,
        dir,
        network: network(),
        stage,
        said: Vec::new(),
        spared: false,
    };
    until("a hub that answers", FIRST_READ, async || {
        let health = Request::get(format!("{root}health"));
        practice
            .send(health)
            .await
            .map(drop)
            .ok_or_else(String::new)
    })
    .await;
    connect(&practice).await;
    link(&practice).await;
    // A hop is measured from rest.
    until("the first mirroring", FIRST_READ, async || {
        let links = practice.hub_json("api/v1/links").await;
        match &links[0]["waiting"] {
            waiting if *waiting == 0 => Ok(()),
            waiting => Err(format!("{waiting} copies are on their way")),
        }
    })
    .await;
    practice
}

async fn stand_in(dir: &Path, name: &str, hub: &str) -> (Child, Value) {
    let data = dir.join(name);
    let port = free_ports().to_string();
    let data_text = data.to_str().unwrap();
    let arguments = [
        "sandbox", "--only", name, "--data", data_text, "--port", &port, "--hub", hub,
    ];
    let stderr = dir.join("stderr");
    let (child, _) = start(kalends(&arguments, &stderr), &stderr, "ready").await;
    let described = std::fs::read(data.join("sandbox.json")).unwrap();
    (child, serde_json::from_slice(&described).unwrap())
}

/// A hub's configuration, with its things in `dir/hub`.
pub fn configuration(
    port: u16,
    dir: &Path,
    stage: &Value,
    clients: &BTreeMap<&str, Value>,
) -> String {
    let root = |name: &str| stage[name]["root"].as_str().unwrap().to_owned();
    let client = |name: &str| {
        let client = &clients[name];
        format!(
            "client_id = {}\nclient_secret = {}\n",
            client["client_id"], client["client_secret"]
        )
    };
    let (google, microsoft) = (root("google"), root("microsoft"));
    format!(
        "[server]\nlisten = \"127.0.0.1:{port}\"\npublic_url = \"http://127.0.0.1:{port}/\"\nnotifications = true\n\
         [storage]\ndata = \"{}\"\n[network]\nreach = \"loopback\"\n[sync]\npoll_seconds = 5\n\
         [google]\n{}root = \"{google}\"\nauthorize_url = \"{google}o/oauth2/v2/auth\"\ntoken_url = \"{google}token\"\n\
         [microsoft]\n{}root = \"{microsoft}\"\nauthorize_url = \"{microsoft}common/oauth2/v2.0/authorize\"\n\
         token_url = \"{microsoft}common/oauth2/v2.0/token\"\n",
        dir.join("hub").display(),
        client("google"),
        client("microsoft"),
    )
}

/// Consents as a person would, at both pages, and gives the app password.
pub async fn connect(practice: &Practice) {
    for name in ["google", "microsoft"] {
        let begun = post(practice, "api/v1/connections", &json!({ "provider": name })).await;
        let page = begun["authorizeUrl"].as_str().unwrap();
        let user = &practice.stage[name]["users"][0];
        let text = |key: &str| user[key].as_str().unwrap();
        let back =
            sandbox::robot::consent(&practice.network, page, text("email"), text("password")).await;
        let back = Url::parse(&back.unwrap()).unwrap();
        let request = Request::get(back.as_str()).bearer(token(practice));
        let answer = practice.send(request).await.unwrap();
        assert!(
            (200..400).contains(&answer.status),
            "{name}: {}",
            answer.status
        );
    }
    let caldav = &practice.stage["caldav"];
    let user = &caldav["users"][0];
    let account = json!({
        "provider": "caldav", "url": caldav["root"], "username": user["username"], "password": user["password"],
    });
    post(practice, "api/v1/connections", &account).await;
}

/// All calendars of the three accounts, once each has been read.
pub async fn read_once(practice: &Practice) -> Value {
    until("the first reading", FIRST_READ, async || {
        let calendars = practice.hub_json("api/v1/calendars").await;
        let all = calendars.as_array().unwrap();
        let read = all
            .iter()
            .filter(|c| !c["health"]["lastSync"].is_null())
            .count();
        match all.len() {
            7 if read == 7 => Ok(()),
            known => Err(format!("{read} of {known}: {calendars}")),
        }
    })
    .await;
    practice.hub_json("api/v1/calendars").await
}

/// Links the three calendars called Practice, both ways.
async fn link(practice: &Practice) {
    let calendars = read_once(practice).await;
    let members: Vec<Value> = (calendars.as_array().unwrap().iter())
        .filter(|c| c["name"] == "Practice")
        .map(|c| json!({ "calendar": c["id"], "role": "both", "mask": { "kind": "everything" } }))
        .collect();
    assert_eq!(members.len(), 3);
    post(
        practice,
        "api/v1/links",
        &json!({ "name": "Practice", "members": members }),
    )
    .await;
}

fn token(practice: &Practice) -> &str {
    practice.stage["hub"]["token"].as_str().unwrap()
}

/// Asks the hub for something new.
pub async fn post(practice: &Practice, path: &str, body: &Value) -> Value {
    let root = practice.stage["hub"]["root"].as_str().unwrap();
    let request = Request::post(format!("{root}{path}"))
        .json(body)
        .bearer(token(practice));
    let answer: Response = practice.send(request).await.unwrap();
    assert!(
        answer.is_success(),
        "{path}: {} {:?}",
        answer.status,
        answer.text()
    );
    answer.json().unwrap()
}
