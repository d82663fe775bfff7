//! event → Google → event: equal, or a loss says why not. And a patch does what writing anew would do.

use std::collections::BTreeMap;

use calendar::{Event, Loss, RecurrenceId, Unit, unit};
use kalends_protocols::google::{Event as Wire, Exclusions, Patch, patch, read, write};
use proptest::prelude::*;
use serde_json::{Map, Value};

use super::events::{calendar_zone, event, two_states};

fn says(losses: &[Loss], unit: &Unit) -> bool {
    let names: &[&str] = match unit {
        Unit::When => &["start", "timeZone", "duration"],
        Unit::Categories => &["keywords", "priority"],
        // An occurrence has all the properties that a series has.
        Unit::Override(_) => return !losses.is_empty(),
        other => &[other.property()],
    };
    losses
        .iter()
        .any(|loss| names.contains(&loss.property.as_str()))
}

fn show(event: &Event) -> String {
    serde_json::to_string(event).unwrap()
}

proptest! {
    #[test]
    fn an_event_comes_back_or_a_loss_says_why_not(event in event(), lines in any::<bool>()) {
        let zone = calendar_zone();
        let exclusions = if lines { Exclusions::Lines } else { Exclusions::Instances };
        let written = write(&event, &zone, exclusions);
        let exceptions: Vec<_> = written.value.exceptions.values().cloned().collect();
        let back = read(&written.value.master, &exceptions, &zone).unwrap();
        let mut losses = written.losses;
        losses.extend(back.losses);
        for unit in unit::diff(&event, &back.value) {
            // Which exclusions came as lines is remembered on purpose.
            if lines && matches!(unit, Unit::Unknown(_)) {
                continue;
            }
            prop_assert!(says(&losses, &unit), "{unit:?}\n{losses:#?}\n{:#?}\n{}\n{}", written.value, show(&event), show(&back.value));
        }
    }

    #[test]
    fn a_patch_does_what_writing_anew_would_do((previous, next) in two_states(), lines in any::<bool>()) {
        let zone = calendar_zone();
        let exclusions = if lines { Exclusions::Lines } else { Exclusions::Instances };
        let mut google = Google::holding(&previous, exclusions);
        // What we know of Google is what it returned.
        let base = google.read();
        let mut wanted = next;
        for unit in unit::all([&base, &wanted]) {
            if unit.same(&previous, &wanted) || matches!(unit, Unit::Unknown(_)) {
                unit.take(&mut wanted, &base);
            }
        }
        let change = patch(&base, &wanted, &zone);
        google.patch(&base, &change.value);
        let got = google.read();
        let anew = Google::holding(&wanted, Exclusions::Instances).read();
        let differing: Vec<_> = unit::diff(&got, &anew)
            .into_iter()
            .filter(|unit| !matches!(unit, Unit::Unknown(_)))
            .collect();
        prop_assert!(differing.is_empty(), "{differing:?}\n{change:?}\n{}\n{}\n{}", show(&base), show(&got), show(&anew));
        prop_assert!(patch(&wanted, &wanted, &zone).value.is_empty());
    }
}

/// As much of Google as a PATCH needs: objects are merged, arrays replaced, null clears.
struct Google {
    master: Value,
    exceptions: BTreeMap<RecurrenceId, Value>,
}

impl Google {
    fn holding(event: &Event, exclusions: Exclusions) -> Self {
        let written = write(event, &calendar_zone(), exclusions).value;
        let json = |wire: Wire| serde_json::to_value(wire).unwrap();
        let exceptions = written.exceptions.into_iter();
        Self {
            master: json(written.master),
            exceptions: exceptions.map(|(id, wire)| (id, json(wire))).collect(),
        }
    }

    fn read(&self) -> Event {
        let wire = |json: &Value| serde_json::from_value::<Wire>(json.clone()).unwrap();
        let exceptions: Vec<_> = self.exceptions.values().map(wire).collect();
        read(&wire(&self.master), &exceptions, &calendar_zone())
            .unwrap()
            .value
    }

    fn patch(&mut self, base: &Event, change: &Patch) {
        let was = self.read();
        merge(&mut self.master, change.master.clone().unwrap_or_default());
        let mut plain = self.read();
        let same = was.when.recurrence_id() == plain.when.recurrence_id()
            && was.when.zone() == plain.when.zone()
            && was.when.is_all_day() == plain.when.is_all_day()
            && (&was.rules, &was.excluded_rules) == (&plain.rules, &plain.excluded_rules);
        if !same || !base.is_series() {
            self.exceptions.clear();
        }
        plain.overrides.clear();
        for (id, change) in &change.exceptions {
            let instance = self.exceptions.entry(*id).or_insert_with(|| {
                let occurrence = plain.occurrence(*id).unwrap();
                let written = write(&occurrence, &calendar_zone(), Exclusions::Lines).value;
                let mut wire = written.master;
                let original = plain.when.starting_at(*id);
                let original = write(
                    &Event::new("x", original),
                    &calendar_zone(),
                    Exclusions::Lines,
                );
                wire.original_start_time = original.value.master.start;
                serde_json::to_value(wire).unwrap()
            });
            merge(instance, change.clone());
        }
        if plain.rules.is_empty() && self.master.get("recurrence").is_none() {
            self.exceptions.clear();
        }
    }
}

fn merge(into: &mut Value, change: Map<String, Value>) {
    let into = into.as_object_mut().unwrap();
    for (name, value) in change {
        match value {
            Value::Null => drop(into.shift_remove(&name)),
            Value::Object(change) => {
                let inner = into.entry(name).or_insert_with(|| Map::new().into());
                if !inner.is_object() {
                    *inner = Map::new().into();
                }
                merge(inner, change);
            }
            other => drop(into.insert(name, other)),
        }
    }
}
