//! What a service of our own keeps of what is written to it, and answers: client overlay in, rendering out.

use calendar::{Duration, Event, Override, When, Zone};
use kalends_protocols::microsoft::{
    Change, Fields, Original, Shown, Side, Write, overlay,
    recurrence::{Pattern, Range},
    render,
    wire::{self, EventType},
};
use serde_json::Value;

use super::service::Answer;

fn laid_over(base: &Event, fields: &Fields) -> Event {
    let wire: wire::Event = serde_json::from_value(Value::Object(fields.clone())).unwrap();
    let mut event = overlay(base, &wire, Side::Client).unwrap().value;
    if let Some(recurrence) = &wire.recurrence {
        let mut rule = Pattern::from_wire(&recurrence.pattern).unwrap().to_rule();
        let range = Range::from_wire(&recurrence.range).unwrap();
        range.apply(&mut rule, &event.when);
        event.rules = vec![rule];
    }
    event
}

/// The answers after a POST and the changes of instances that follow it.
pub fn answer(write: &Write) -> Answer {
    let blank = When::zoned(
        "2000-01-01T00:00:00".parse().unwrap(),
        Zone::utc(),
        Duration::default(),
    );
    let mut event = laid_over(&Event::new("u@example.com", blank), &write.master);
    let mut exceptions = Vec::new();
    let mut cancelled = Vec::new();
    for instance in &write.instances {
        let id = Original::Start(instance.start).recurrence_id(&event.when);
        match &instance.change {
            Change::Cancel => {
                event.overrides.insert(id, Override::Excluded);
                cancelled.push(Original::Start(instance.start));
            }
            Change::Patch(fields) => {
                let single = laid_over(&event.occurrence(id).unwrap(), fields);
                event.set_occurrence(id, &single);
                exceptions.push((id, instance.start));
            }
        }
    }
    let utc = Zone::utc();
    let shown = Shown {
        zone: &utc,
        zone_name: "UTC",
        plain: false,
        mailbox: &utc,
    };
    let exceptions = exceptions.into_iter().map(|(id, start)| {
        let mut wire = render(&event.occurrence(id).unwrap(), shown);
        wire.kind = Some(EventType::Exception);
        wire.original_start = Some(start);
        // Not expanded on exceptions.
        wire.single_value_extended_properties = None;
        wire
    });
    Answer {
        exceptions: exceptions.collect(),
        master: render(&event, shown),
        cancelled,
    }
}
