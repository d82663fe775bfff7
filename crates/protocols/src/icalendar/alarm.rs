//! VALARM (RFC 5545 3.6.6) to and from [`Reminder`].

use calendar::{Reminder, Trigger};

use super::{
    component::{Component, Property},
    kept::Keeping,
    names::{Name, Table},
    text::trim,
    value,
};

/// What an alarm says to the model. `None`: it is no alarm that the model knows, such as Apple's `ACTION:NONE`.
pub fn read(component: &Component) -> Option<Reminder> {
    if !component.is("VALARM") {
        return None;
    }
    let action = trim(&component.property("ACTION")?.value);
    let email = action.eq_ignore_ascii_case("EMAIL");
    if !email
        && !["DISPLAY", "AUDIO"]
            .iter()
            .any(|a| action.eq_ignore_ascii_case(a))
    {
        return None;
    }
    let trigger = component.property("TRIGGER")?;
    let text = trim(&trigger.value);
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

/// The alarms of an event. `None`: it has no VALARM at all. Those that say more than the model does are kept as well, and
/// so are all other components inside.
pub fn read_all<'a, 't>(
    table: &Table<'a, 't>,
    kept: &mut Keeping<'a, 't>,
) -> Option<Vec<Reminder>> {
    let none_wanted = table
        .get(Name::Alarms)
        .is_some_and(|p| p.value.eq_ignore_ascii_case("NONE"));
    let mut alarms = none_wanted.then(Vec::new);
    for component in &table.component.components {
        let reminder = read(component);
        if component.is("VALARM") {
            let alarms = alarms.get_or_insert_default();
            alarms.extend(reminder.iter().cloned());
        }
        if reminder.is_none_or(|reminder| !is_plain(component, &reminder)) {
            kept.components.push(component);
        }
    }
    alarms
}

/// Whether an alarm says nothing but what [`write()`] would write.
fn is_plain(component: &Component, reminder: &Reminder) -> bool {
    let [action, trigger, ..] = &component.properties[..] else {
        return false;
    };
    action.name == "ACTION" && trigger.name == "TRIGGER" && write(reminder) == *component
}

/// Says that an event has no alarms, as against the calendar's default ones.
pub const NONE: &str = "X-KALENDS-ALARMS";
