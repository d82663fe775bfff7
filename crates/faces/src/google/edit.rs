//! Changes through Google's eyes: the event is taken apart, changed as JSON, and put together again; and then only the
//! units that the change moved are taken over, so that nothing is lost that Google has no field for.

use std::collections::BTreeMap;

use calendar::{Event, RecurrenceId, Zone, unit};
use protocols::google::{
    DIALECT, Error, Event as Wire, Exclusions, STAMP, original_start_time, read, stamp, write,
};
use serde_json::{Map, Value, json};

use super::Fault;

/// What Google says to whoever has read an event before the last change of its times.
const OLD_SEQUENCE: &str = "Invalid sequence value. The specified sequence number is below the current sequence number of the \
    resource. Re-fetch the resource and use its sequence number on the following request.";

/// An event as JSON, to be changed.
pub(super) struct Draft {
    /// The master, or the single event.
    pub(super) master: Value,
    /// Exceptions of the series.
    pub(super) exceptions: BTreeMap<RecurrenceId, Value>,
    zone: Zone,
}

/// Changes `event` through `change`.
pub(super) fn edit(
    event: &mut Event,
    zone: &Zone,
    change: impl FnOnce(&mut Draft) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut draft = Draft::of(event, zone);
    let before = draft.event()?;
    change(&mut draft)?;
    draft.drop_orphans(&before)?;
    let after = draft.event()?;
    for unit in unit::diff(&before, &after) {
        unit.take(event, &after);
    }
    if after.sequence > event.sequence {
        event.sequence = after.sequence;
    } else if before.when != after.when || before.rules != after.rules {
        // Another time is another edition of the invitation (RFC 5546 2.1.4).
        event.sequence = event.sequence.saturating_add(1);
    }
    Ok(())
}

/// The event that a client sent. It keeps the stamp that it bears, which is the client's own business here.
pub(super) fn event(master: &Wire, exceptions: &[Wire], zone: &Zone) -> Result<Event, Error> {
    let mut event = read(master, exceptions, zone)?.value;
    if let Some(stamp) = stamp(master) {
        let mut kept = event
            .unknown
            .get(DIALECT)
            .cloned()
            .unwrap_or_else(|| json!({}));
        kept["extendedProperties"]["private"][STAMP] = json!(stamp);
        event.unknown.set(DIALECT, kept);
    }
    Ok(event)
}

impl Draft {
    fn of(event: &Event, zone: &Zone) -> Self {
        let written = write(event, zone, Exclusions::Instances).value;
        let exceptions = written.exceptions.into_iter();
        Self {
            master: json(&written.master),
            exceptions: exceptions.map(|(id, wire)| (id, json(&wire))).collect(),
            zone: zone.clone(),
        }
    }

    fn event(&self) -> Result<Event, Error> {
        let exceptions: Vec<_> = self
            .exceptions
            .values()
            .map(wire)
            .collect::<Result<_, _>>()?;
        event(&wire(&self.master)?, &exceptions, &self.zone)
    }

    /// Exceptions to a rule that has been changed so that it no longer brings them about.
    fn drop_orphans(&mut self, before: &Event) -> Result<(), Error> {
        let after = event(&wire(&self.master)?, &[], &self.zone)?;
        let same = before.when.recurrence_id() == after.when.recurrence_id()
            && before.when.zone() == after.when.zone()
            && before.when.is_all_day() == after.when.is_all_day()
            && before.rules == after.rules
            && before.excluded_rules == after.excluded_rules;
        if !same {
            self.exceptions.retain(|id, _| after.has_occurrence(*id));
        }
        Ok(())
    }

    /// An occurrence as JSON; the plain one if nothing has been said about it yet, or if it was taken out.
    pub(super) fn occurrence(&mut self, id: RecurrenceId) -> Result<&mut Value, Error> {
        let mut series = self.event()?;
        let there = self
            .exceptions
            .get(&id)
            .is_some_and(|e| e["status"] != "cancelled");
        if !there {
            series.overrides.remove(&id);
            let mut plain = series
                .occurrence(id)
                .map(|plain| write(&plain, &self.zone, Exclusions::Lines).value.master);
            if let Some(plain) = &mut plain {
                plain.original_start_time = Some(original_start_time(&series.when, id, &self.zone));
            }
            self.exceptions.insert(id, json(&plain.unwrap_or_default()));
        }
        Ok(self.exceptions.entry(id).or_default())
    }

    /// Takes the number of the edition out of what a client says. One of a later edition is taken over, where the client
    /// speaks of the whole event.
    pub(super) fn number(
        &mut self,
        occurrence: Option<RecurrenceId>,
        fields: &mut Map<String, Value>,
    ) -> Result<(), Fault> {
        let there = self.master["sequence"].as_u64().unwrap_or_default();
        let said = fields.shift_remove("sequence");
        let said = said.and_then(|said| said.as_i64());
        match said.map(|said| u64::try_from(said).unwrap_or_default()) {
            Some(said) if said < there => Err(Fault::invalid(OLD_SEQUENCE)),
            Some(said) if occurrence.is_none() => {
                fields.insert("sequence".to_owned(), json!(said));
                Ok(())
            }
            _ => {
                fields.insert("sequence".to_owned(), json!(there));
                Ok(())
            }
        }
    }

    /// Takes an occurrence out.
    pub(super) fn cancel(&mut self, id: RecurrenceId) -> Result<(), Error> {
        let original = original_start_time(&self.event()?.when, id, &self.zone);
        let cancelled = json!({"status": "cancelled", "originalStartTime": original});
        self.exceptions.insert(id, cancelled);
        Ok(())
    }
}

fn json(wire: &Wire) -> Value {
    serde_json::to_value(wire).unwrap_or_default()
}

/// An event resource from JSON.
pub(super) fn wire(value: &Value) -> Result<Wire, Error> {
    serde_json::from_value(value.clone()).map_err(|_| Error::Malformed {
        field: "body",
        expected: "an event resource (see the types in the discovery document)",
    })
}

/// PATCH: objects are merged, arrays and scalars replaced, `null` clears.
pub(super) fn merge(into: &mut Value, change: &Map<String, Value>) {
    if !into.is_object() {
        *into = json!({});
    }
    let Some(into) = into.as_object_mut() else {
        return;
    };
    for (name, value) in change {
        match value {
            Value::Null => drop(into.shift_remove(name)),
            // Reminders are one thing.
            Value::Object(_) if name == "reminders" => {
                into.insert(name.clone(), value.clone());
            }
            Value::Object(inner) => merge(into.entry(name.clone()).or_insert(Value::Null), inner),
            other => drop(into.insert(name.clone(), other.clone())),
        }
    }
}
