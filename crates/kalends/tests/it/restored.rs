//! A backup is put in place: the terminal says so, and the hub writes nothing until it is told to go on.

use tempfile::TempDir;

use crate::{
    process::{kalends, start, stop},
    sign_in::{configured, link_in, reads, said},
};

#[tokio::test]
async fn the_terminal_says_that_a_backup_was_restored_and_that_it_may_go_on() {
    let dir = TempDir::new().unwrap();
    let stderr = dir.path().join("stderr");
    let (config, root) = configured(dir.path());
    let marked = said(&["restored"], &config, &stderr).await.unwrap();
    assert!(marked.contains("nothing is written"), "{marked}");
    let serve = kalends(&["serve", "--config", &config], &stderr);
    let (mut hub, told) = start(serve, &stderr, "/welcome?token=").await;
    let link = link_in(told.last().unwrap()).to_owned();
    let held = reads(&link, &root, "held").await;
    assert!(held["restored"].is_string(), "{held}");
    let approved = said(&["restored", "--approve"], &config, &stderr).await;
    assert!(approved.is_some());
    let link = said(&["sign-in-link"], &config, &stderr).await.unwrap();
    let held = reads(link_in(&link), &root, "held").await;
    assert_eq!(held, serde_json::json!({ "items": [] }));
    stop(&mut hub).await;
}
