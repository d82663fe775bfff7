//! VALARM (RFC 5545 3.6.6) to and from [`Reminder`].

use calendar::{Reminder, Trigger};

use super::{
    component::Component,
    kept::Keeping,
    names::{Name, Table},
    out::Out,
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
pub fn write(reminder: &Reminder, out: &mut Out) {
    out.begin("VALARM");
    let action = if reminder.email { "EMAIL" } else { "DISPLAY" };
    out.start("ACTION").value(action);
    let trigger = out.start("TRIGGER");
    match reminder.trigger {
        Trigger::Start(seconds) => trigger.value(&value::write_signed_duration(seconds)),
        Trigger::End(seconds) => trigger
            .raw_parameter("RELATED", "END")
            .value(&value::write_signed_duration(seconds)),
        Trigger::At(at) => trigger.raw_parameter("VALUE", "DATE-TIME").utc(at),
    }
    // Required by the RFC; clients show the event's title instead.
    out.start("DESCRIPTION").value("Reminder");
    if reminder.email {
        out.start("SUMMARY").value("Reminder");
    }
    out.end("VALARM");
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
    if action.name != "ACTION" || trigger.name != "TRIGGER" {
        return false;
    }
    let mut out = Out::tree();
    write(reminder, &mut out);
    out.into_components().0 == std::slice::from_ref(component)
}

/// Says that an event has no alarms, as against the calendar's default ones.
pub const NONE: &str = "X-KALENDS-ALARMS";
