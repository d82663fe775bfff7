//! Online meetings: the real service sets one up for each event that says it is one. The hub has none to offer.

use calendar::{Event, VirtualPlace};
use protocols::microsoft::DIALECT;
use serde_json::{Value, json};
use uuid::Uuid;

/// Sets up the meeting of an event that says it is one, or takes it away from one that no longer is. `id` makes the
/// address, which leads nowhere.
pub(super) fn set_up(event: &mut Event, id: Uuid) {
    let kept = event.unknown.get(DIALECT).and_then(Value::as_object);
    let mut kept = kept.cloned().unwrap_or_default();
    let wanted = kept.get("isOnlineMeeting") == Some(&Value::Bool(true));
    let there = kept.get("onlineMeeting").is_some_and(Value::is_object);
    if wanted == there {
        return;
    }
    if wanted {
        let uri = format!(
            "https://teams.microsoft.com/l/meetup-join/19%3ameeting_{}%40thread.v2/0",
            id.simple()
        );
        kept.insert("onlineMeeting".to_owned(), json!({"joinUrl": uri}));
        kept.insert(
            "onlineMeetingProvider".to_owned(),
            json!("teamsForBusiness"),
        );
        let name = String::new();
        event.virtual_places.insert(0, VirtualPlace { name, uri });
    } else {
        let gone = kept.remove("onlineMeeting").unwrap_or_default();
        let uri = gone["joinUrl"].as_str().unwrap_or_default();
        event.virtual_places.retain(|place| place.uri != uri);
        kept.insert("onlineMeetingProvider".to_owned(), json!("unknown"));
    }
    event.unknown.set(DIALECT, Value::Object(kept));
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use calendar::{Duration, When, Zone};

    use super::*;

    #[test]
    fn a_meeting_comes_and_goes_with_its_flag() {
        let when = When::zoned(
            jiff::civil::DateTime::default(),
            Zone::utc(),
            Duration::default(),
        );
        let mut event = Event::new("u", when);
        let plain = event.clone();
        set_up(&mut event, Uuid::nil());
        assert_eq!(event, plain);
        event.unknown.set(DIALECT, json!({"isOnlineMeeting": true}));
        set_up(&mut event, Uuid::nil());
        let kept = event.unknown.get(DIALECT).unwrap().clone();
        assert_eq!(
            kept["onlineMeeting"]["joinUrl"],
            event.virtual_places[0].uri
        );
        set_up(&mut event, Uuid::from_u128(1));
        assert_eq!(
            event.unknown.get(DIALECT),
            Some(&kept),
            "what is there stays"
        );
        event.unknown.set(DIALECT, {
            let mut kept = kept;
            kept["isOnlineMeeting"] = json!(false);
            kept
        });
        set_up(&mut event, Uuid::nil());
        assert!(event.virtual_places.is_empty());
        assert!(
            event
                .unknown
                .get(DIALECT)
                .unwrap()
                .get("onlineMeeting")
                .is_none()
        );
    }
}
