//! What a person is told when the program cannot run: soon, by the name of what is wrong, and with what to do.

use std::{
    net::TcpListener,
    path::Path,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{practice::Practice, process::kalends};

/// Nobody waits longer to hear that something cannot work.
const SOON: Duration = Duration::from_secs(10);

/// Runs to the end, which has to be a failure. Returns everything that it said.
async fn refused(arguments: &[&str], dir: &Path) -> String {
    let mut command = kalends(arguments, &dir.join("unused"));
    command.current_dir(dir);
    let begun = Instant::now();
    let output = command.output().await.unwrap();
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap() + &errors
}

/// `serve` and `doctor` with this configuration: both say all of these words.
async fn both_refuse(config: &str, words: &[&str]) {
    for command in ["serve", "doctor"] {
        let dir = TempDir::new().unwrap();
        std::fs::write(dir.path().join("config.toml"), config).unwrap();
        let said = refused(&[command], dir.path()).await;
        for word in words {
            assert!(said.contains(word), "{command}: no {word} in: {said}");
        }
    }
}

#[tokio::test]
async fn an_unknown_key_is_named_with_those_that_there_are() {
    let config = "[server]\nlissten = \"127.0.0.1:1\"\n";
    both_refuse(config, &["lissten", "listen", "public_url", "config.toml"]).await;
}

#[tokio::test]
async fn a_taken_port_is_named_with_its_key() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let config = format!("[server]\nlisten = \"{address}\"\n");
    both_refuse(&config, &["server.listen", &address, "another program"]).await;
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_named_with_its_key() {
    // Nobody listens on port 1.
    let config = "[server]\nlisten = \"127.0.0.1:0\"\n[storage]\nurl = \"postgres://ada:pa55phrase@127.0.0.1:1/kalends\"\n";
    both_refuse(config, &["storage.url", "refused", "Check that it runs"]).await;
    let dir = TempDir::new().unwrap();
    std::fs::write(dir.path().join("config.toml"), config).unwrap();
    let said = refused(&["serve"], dir.path()).await;
    assert!(!said.contains("pa55phrase"), "{said}");
}

/// A second demo on other ports, and one on the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_demo_does_the_first_no_harm() {
    let practice = Practice::start().await;
    let data = practice.data();
    let data = data.to_str().unwrap();
    let port = practice.stage["hub"]["root"].as_str().unwrap();
    let port = port.trim_end_matches('/').rsplit(':').next().unwrap();
    let other = crate::process::free_ports().to_string();
    for (port, word) in [(other.as_str(), "--data"), (port, "--port")] {
        let arguments = ["demo", "--fresh", "--data", data, "--port", port];
        let said = refused(&arguments, practice.dir.path()).await;
        assert!(said.contains(word), "{said}");
        assert!(practice.data().join("google.db").exists());
    }
    crate::quiet::nothing_follows(&practice).await;
    practice.stop().await;
}
