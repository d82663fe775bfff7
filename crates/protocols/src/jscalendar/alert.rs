//! Alert objects (RFC 8984 4.5.2).

use calendar::{Reminder, Trigger};
use serde_json::{Map, Value, json};

use super::{
    Error,
    object::{Gathered, Object},
    pointer,
};
use crate::icalendar::value::{signed_duration, write_signed_duration};

/// Alerts of one event that are read.
const MAX: usize = 100;

/// Writes the `alerts` map.
pub fn write(reminders: &[Reminder]) -> Map<String, Value> {
    let one = |(index, reminder): (usize, &Reminder)| {
        let trigger = match reminder.trigger {
            Trigger::Start(s) => {
                json!({"@type": "OffsetTrigger", "offset": write_signed_duration(s), "relativeTo": "start"})
            }
            Trigger::End(s) => {
                json!({"@type": "OffsetTrigger", "offset": write_signed_duration(s), "relativeTo": "end"})
            }
            Trigger::At(at) => json!({"@type": "AbsoluteTrigger", "when": at.to_string()}),
        };
        let action = if reminder.email { "email" } else { "display" };
        let alert = json!({"@type": "Alert", "trigger": trigger, "action": action});
        ((index + 1).to_string(), alert)
    };
    reminders.iter().enumerate().map(one).collect()
}

/// Reads `alerts` and `useDefaultAlerts`. `None`: the calendar's defaults.
pub fn read(
    event: &mut Object<'_>,
    gathered: &mut Gathered,
) -> Result<Option<Vec<Reminder>>, Error> {
    if event.flag("useDefaultAlerts")? || event.get("alerts").is_none() {
        return Ok(None);
    }
    let entries = event.objects("alerts", MAX)?;
    let mut reminders = Vec::new();
    for (index, (key, value)) in entries.into_iter().enumerate() {
        let mut alert = Object::at(pointer::join("alerts", key), value)?;
        let path = alert.path("trigger");
        let trigger = alert.get("trigger").ok_or(Error::Missing {
            property: path.clone(),
        })?;
        let email = alert
            .word(
                "action",
                &[("display", false), ("email", true)],
                "display or email",
            )?
            .unwrap_or(false);
        reminders.push(Reminder {
            trigger: read_trigger(Object::at(path, trigger)?)?,
            email,
        });
        let place = format!("alerts/{}", index + 1);
        alert.keep_rest(&place, gathered);
    }
    Ok(Some(reminders))
}

/// Whoever sets alerts does not want the defaults instead, although RFC 8984 4.5.1 would have them told so.
pub fn prefer_explicit(patched: &mut Map<String, Value>, patch: &Map<String, Value>) {
    let set = patch.get("alerts").is_some_and(|alerts| !alerts.is_null());
    if set && !patch.contains_key("useDefaultAlerts") {
        patched.shift_remove("useDefaultAlerts");
    }
}

fn read_trigger(mut object: Object<'_>) -> Result<Trigger, Error> {
    if let Some(at) = object.utc("when")? {
        return Ok(Trigger::At(at));
    }
    let offset = object.required("offset", Object::string)?;
    let seconds = signed_duration(offset)
        .ok_or_else(|| object.bad("offset", "a duration such as -PT15M is needed"))?;
    let end = object
        .word(
            "relativeTo",
            &[("start", false), ("end", true)],
            "start or end",
        )?
        .unwrap_or(false);
    Ok(if end {
        Trigger::End(seconds)
    } else {
        Trigger::Start(seconds)
    })
}
