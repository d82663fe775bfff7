//! Kalends as a client of real CalDAV servers. `cargo xtask interop` starts them, and says in `KALENDS_INTEROP` where they are.
//!
//! A hub connects a server as a person would, and links one of its calendars both ways with one of its own. Each check changes
//! something at one side or at both and looks at what the other has; after the last nothing may be lost, doubled or written
//! without a cause. A line is printed for each.

mod basics;
mod both;
mod gone;
mod here;
mod pair;
mod quiet;
mod series;
mod there;
mod together;

use std::pin::Pin;

use pair::Pair;
use there::Server;

/// What did not hold.
type Checked = Result<(), String>;
type Check = for<'a> fn(&'a Pair) -> Pin<Box<dyn Future<Output = Checked> + 'a>>;

/// Each begins with what the one before left, as in life.
const CHECKS: [(&str, Check); 15] = [
    ("what was there before the link", |p| {
        Box::pin(basics::what_was_there(p))
    }),
    ("made, moved and renamed there", |p| {
        Box::pin(basics::edits_from_there(p))
    }),
    ("made, moved and renamed here", |p| {
        Box::pin(basics::edits_from_here(p))
    }),
    ("an edit there of what was made here", |p| {
        Box::pin(basics::a_mirror_is_edited(p))
    }),
    ("an edit here keeps what only the server has", |p| {
        Box::pin(basics::what_is_not_ours_stays(p))
    }),
    ("all day, and texts of every kind", |p| {
        Box::pin(basics::texts(p))
    }),
    ("a series with exceptions from there", |p| {
        Box::pin(series::from_there(p))
    }),
    ("a series with exceptions from here", |p| {
        Box::pin(series::from_here(p))
    }),
    ("a series by the day, that moves", |p| {
        Box::pin(series::all_day(p))
    }),
    ("different edits on both sides", |p| {
        Box::pin(both::different(p))
    }),
    ("the same edited on both sides", |p| {
        Box::pin(both::clash(p))
    }),
    ("deleted there while edited here", |p| {
        Box::pin(gone::while_edited(p))
    }),
    ("deleted there", |p| Box::pin(gone::there(p))),
    ("deleted here", |p| Box::pin(gone::here(p))),
    ("at rest: nothing lost, doubled or written", |p| {
        Box::pin(quiet::at_rest(p))
    }),
];

fn servers() -> Vec<Server> {
    let told = std::env::var("KALENDS_INTEROP").expect("KALENDS_INTEROP: run cargo xtask interop");
    serde_json::from_str::<Vec<serde_json::Value>>(&told)
        .unwrap()
        .iter()
        .map(Server::new)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs real servers: cargo xtask interop"]
async fn a_server_is_kept_in_step() {
    let server = servers().remove(0);
    let pair = Pair::of(server).await;
    let mut failed = 0;
    for (what, check) in CHECKS {
        let held = check(&pair).await;
        failed += u32::from(held.is_err());
        tell(&pair.server.name, what, &held);
    }
    pair.hub.stop().await;
    assert_eq!(failed, 0, "checks that did not hold");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs real servers: cargo xtask interop"]
async fn servers_are_kept_in_step_with_each_other() {
    let servers = servers();
    let names: Vec<_> = servers.iter().map(|server| server.name.clone()).collect();
    let held = together::kept_in_step(&servers).await;
    let what = "made, edited and deleted at each; nothing at rest";
    tell(&names.join(" and "), what, &held);
    assert_eq!(held, Ok(()));
}

fn tell(who: &str, what: &str, held: &Checked) {
    match held {
        Ok(()) => println!("{who}: {what}: ok"),
        Err(why) => println!("{who}: {what}: FAILED: {why}"),
    }
}
