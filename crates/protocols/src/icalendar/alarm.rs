//! VALARM (RFC 5545 3.6.6) to and from [`Reminder`].

use calendar::{Reminder, Trigger};

use super::{
    component::{Component, Property},
    value,
};

/// What an alarm says to the model. `None`: it is no alarm that the model knows, such as Apple's `ACTION:NONE`.
pub fn read(component: &Component) -> Option<Reminder> {
    if !component.is("VALARM") {
        return None;
    }
    let action = component.property("ACTION")?.value.trim();
    let email = action.eq_ignore_ascii_case("EMAIL");
    if !email
        && !["DISPLAY", "AUDIO"]
            .iter()
            .any(|a| action.eq_ignore_ascii_case(a))
    {
        return None;
    }
    let trigger = component.property("TRIGGER")?;
    let text = trigger.value.trim();
    let related_end = trigger
        .parameter("RELATED")
        .is_some_and(|r| r.eq_ignore_ascii_case("END"));
    let trigger = match value::signed_duration(text) {
        Some(seconds) if related_end => Trigger::End(seconds),
        Some(seconds) => Trigger::Start(seconds),
        None => Trigger::At(value::utc(value::date_time(text)?.0)),
    };
    Some(Reminder { trigger, email })
}

/// A plain alarm.
pub fn write(reminder: &Reminder) -> Component<'static> {
    let trigger = match reminder.trigger {
        Trigger::Start(seconds) => Property::new("TRIGGER", value::write_signed_duration(seconds)),
        Trigger::End(seconds) => {
            Property::new("TRIGGER", value::write_signed_duration(seconds)).with("RELATED", "END")
        }
        Trigger::At(at) => {
            Property::new("TRIGGER", value::write_utc(at)).with("VALUE", "DATE-TIME")
        }
    };
    let alarm = Component::new("VALARM")
        .with(Property::new(
            "ACTION",
            if reminder.email { "EMAIL" } else { "DISPLAY" },
        ))
        .with(trigger)
        // Required by the RFC; clients show the event's title instead.
        .with(Property::text("DESCRIPTION", "Reminder"));
    if reminder.email {
        return alarm.with(Property::text("SUMMARY", "Reminder"));
    }
    alarm
}

/// The alarms of an event. `None`: it has no VALARM at all.
pub fn read_all(component: &Component) -> Option<Vec<Reminder>> {
    let mut alarms = component
        .components
        .iter()
        .filter(|c| c.is("VALARM"))
        .peekable();
    let none_wanted = component
        .property(NONE)
        .is_some_and(|p| p.value.eq_ignore_ascii_case("NONE"));
    if alarms.peek().is_none() && !none_wanted {
        return None;
    }
    Some(alarms.filter_map(read).collect())
}

/// Says that an event has no alarms, as against the calendar's default ones.
pub const NONE: &str = "X-KALENDS-ALARMS";
