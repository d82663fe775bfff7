//! `kill -9` of the hub while people work.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use crate::{
    apps::{ALL, At, When, ahead, all_have},
    practice::Practice,
    until::until,
};

/// Events at each provider; each is made and then changed, which makes 200 edits and a few.
const EVENTS: usize = 34;
/// After how many edits the hub is killed.
const KILLS: [usize; 2] = [70, 140];
/// How long the edits may take, and then the hub.
const PATIENCE: Duration = Duration::from_secs(120);

/// Two hundred edits spread over the three, with the hub killed twice in their midst: all arrive, once.
pub async fn a_killed_hub_loses_nothing(practice: &Practice) {
    let edits = AtomicUsize::new(0);
    let kills = async {
        for kill in KILLS {
            until("edits", PATIENCE, async || {
                match edits.load(Ordering::SeqCst) {
                    done if done >= kill => Ok(()),
                    done => Err(format!("{done} edits")),
                }
            })
            .await;
            practice.kill_hub().await;
        }
    };
    let (google, microsoft, caldav, ()) = tokio::join!(
        work(practice, At::Google, &edits),
        work(practice, At::Microsoft, &edits),
        work(practice, At::Caldav, &edits),
        kills,
    );
    assert!(edits.into_inner() >= 200);
    let expected = [google, microsoft, caldav].concat();
    assert_eq!(expected.len(), ALL.len() * EVENTS);
    let ours = |title: &str| title.starts_with("Plug ");
    all_have(practice, "after kill -9", PATIENCE, &expected, ours).await;
}

/// What people do at one provider meanwhile.
async fn work(practice: &Practice, at: At, edits: &AtomicUsize) -> Vec<(String, When)> {
    let mut expected = Vec::new();
    for n in 0..EVENTS {
        let title = format!("Plug {at:?} {n}");
        let edited = format!("{title} edited");
        let (day, hour) = (15 + n / 12, 8 + n % 12);
        let when = ahead(day.try_into().unwrap(), hour.try_into().unwrap());
        at.create(practice, &title, when).await;
        edits.fetch_add(1, Ordering::SeqCst);
        at.change(practice, &title, &edited, None).await;
        edits.fetch_add(1, Ordering::SeqCst);
        expected.push((edited, when));
    }
    expected
}
