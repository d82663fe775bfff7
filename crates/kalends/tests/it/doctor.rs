//! `kalends doctor`: it looks, and leaves everything as it is.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use identity::{SystemClock, SystemIds};
use sandbox::{Kind, Sandbox, Settings};
use tempfile::TempDir;

use crate::process::{free_ports, kalends, start, stop};

/// Runs it with a configuration in a directory. Whether it is content, and what it said.
async fn doctor(dir: &Path, config: &str) -> (bool, String) {
    std::fs::write(dir.join("config.toml"), config).unwrap();
    let mut command = kalends(&["doctor"], &dir.join("unused"));
    let output = command.current_dir(dir).output().await.unwrap();
    let said =
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.success(), said)
}

fn listening(port: u16) -> String {
    format!("[server]\nlisten = \"127.0.0.1:{port}\"\n")
}

#[tokio::test]
async fn it_makes_nothing() {
    let dir = TempDir::new().unwrap();
    let (content, said) = doctor(dir.path(), &listening(0)).await;
    assert!(content && said.contains("empty"), "{said}");
    assert!(
        said.contains("not compared"),
        "nobody told the time: {said}"
    );
    assert!(!dir.path().join("data").exists(), "{said}");
}

#[tokio::test]
async fn a_running_hub_is_no_problem_and_is_left_alone() {
    let (dir, config) = (TempDir::new().unwrap(), listening(free_ports()));
    std::fs::write(dir.path().join("config.toml"), &config).unwrap();
    let stderr = dir.path().join("stderr");
    let mut command = kalends(&["serve"], &stderr);
    command.current_dir(dir.path());
    let (mut hub, _) = start(command, &stderr, "Sign in").await;
    let (content, said) = doctor(dir.path(), &config).await;
    assert!(content, "{said}");
    for word in ["in use by a running hub", "the master key fits"] {
        assert!(said.contains(word), "{said}");
    }
    stop(&mut hub).await;
    let before = files(&dir.path().join("data"));
    let (content, said) = doctor(dir.path(), &config).await;
    assert!(content && said.contains("is free"), "{said}");
    let after = files(&dir.path().join("data"));
    let names = |files: &BTreeMap<String, Vec<u8>>| -> Vec<(String, usize)> {
        (files
            .iter()
            .map(|(name, content)| (name.clone(), content.len())))
        .collect()
    };
    assert_eq!(names(&after), names(&before));
    assert!(after == before, "it changed something");
    std::fs::remove_file(dir.path().join("data/master.key")).unwrap();
    let (content, said) = doctor(dir.path(), &config).await;
    assert!(!content && said.contains("bring back"), "{said}");
    assert!(!dir.path().join("data/master.key").exists());
}

#[tokio::test]
async fn certificates_are_told_from_the_network_and_no_file_stops_it() {
    let dir = TempDir::new().unwrap();
    let settings = Settings {
        kinds: vec![Kind::Google],
        port: 0,
        ..Settings::new(dir.path().join("sandbox"))
    };
    let sandbox = Sandbox::start(settings, Arc::new(SystemClock), Arc::new(SystemIds)).await;
    let sandbox = sandbox.unwrap();
    let description = sandbox.description();
    let root = description["google"]["tls_root"].as_str().unwrap();
    let config = |ca: &str| {
        format!(
            "{}[network]\nreach = \"loopback\"\nroot_ca = {ca:?}\n[google]\nclient_id = \"x\"\nroot = \"{root}\"\n\
             authorize_url = \"{root}a\"\ntoken_url = \"{root}token\"\n",
            listening(0)
        )
    };
    let trusted = config(description["ca"].as_str().unwrap());
    let (content, said) = doctor(dir.path(), &trusted).await;
    assert!(content && said.contains("agrees with theirs"), "{said}");
    let untrusted = trusted.lines().filter(|line| !line.starts_with("root_ca"));
    let untrusted = untrusted
        .map(|line| format!("{line}\n"))
        .collect::<String>();
    let (content, said) = doctor(dir.path(), &untrusted).await;
    assert!(!content && said.contains("network.root_ca"), "{said}");
    assert!(!said.contains("firewall"), "{said}");
    let (content, said) = doctor(dir.path(), &config("nowhere.pem")).await;
    assert!(
        !content && said.contains("nowhere.pem") && said.contains("1 problem"),
        "{said}"
    );
    sandbox.stop().await;
}

/// Every file with its content, apart from SQLite's shared memory.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .filter(|(name, _)| !name.ends_with("-shm"))
        .collect()
}
