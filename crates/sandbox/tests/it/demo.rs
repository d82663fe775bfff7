//! The practice's life at the three stand-ins.

use jiff::civil::date;
use kalends_sandbox::{Kind, Sandbox, demo, demo::scene::Place};

use crate::fixture;

/// How many events Ada has in the calendar with this name, and how many exceptions they have.
async fn counted(sandbox: &Sandbox, kind: Kind, name: &str) -> (usize, usize) {
    let twin = sandbox.twin(kind).unwrap();
    let actor = twin
        .app
        .identity
        .authenticate_bearer(&twin.people[0].token)
        .await
        .unwrap()
        .unwrap();
    let calendars = twin.app.hub.calendars(&actor).await.unwrap();
    let named: Vec<_> = calendars.iter().filter(|c| c.name == name).collect();
    assert_eq!(named.len(), 1, "one calendar {name} in {}", kind.name());
    let delta = twin
        .app
        .hub
        .calendar_changes(&actor, named[0].id, 0, 1_000)
        .await
        .unwrap();
    let alive = delta.events.iter().filter(|e| e.alive);
    (
        alive.clone().count(),
        alive.map(|e| e.event.overrides.len()).sum(),
    )
}

#[tokio::test]
async fn the_practice_is_written_once_through_the_stand_ins_own_interfaces() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = fixture::start(fixture::settings(&folder)).await;
    let today = date(2026, 11, 25);
    let first = demo::play(sandbox.network(), &sandbox.description(), today)
        .await
        .unwrap();
    assert!(first["practice"]["google"]["calendar_id"].is_string());
    assert!(
        first["private"]["caldav"]["calendar_url"]
            .as_str()
            .unwrap()
            .starts_with("http://127.0.0.1:")
    );
    let expected = |place| {
        demo::scene::appointments(today)
            .iter()
            .filter(|a| a.place == place)
            .count()
    };
    assert_eq!(
        counted(&sandbox, Kind::Google, demo::PRACTICE).await,
        (expected(Place::Google), 2)
    );
    assert_eq!(
        counted(&sandbox, Kind::Microsoft, demo::PRACTICE).await,
        (expected(Place::Microsoft), 2)
    );
    assert_eq!(
        counted(&sandbox, Kind::Caldav, demo::PRACTICE).await,
        (expected(Place::Caldav), 2)
    );
    assert_eq!(
        counted(&sandbox, Kind::Caldav, demo::PRIVATE).await,
        (expected(Place::Private), 1)
    );
    let writes = sandbox.state();
    let second = demo::play(sandbox.network(), &sandbox.description(), date(2026, 12, 9))
        .await
        .unwrap();
    assert_eq!(first, second);
    for twin in ["google", "microsoft", "caldav"] {
        assert_eq!(
            writes[twin]["writes"],
            sandbox.state()[twin]["writes"],
            "a second start writes nothing"
        );
    }
    sandbox.stop().await;
}
