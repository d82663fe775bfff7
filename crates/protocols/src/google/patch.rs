//! What PATCH has to carry for one state to become another.
//!
//! Both states are written and the results compared, so that a unit that nobody touched sends nothing. PATCH merges
//! objects and replaces arrays; `null` clears.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{Event, Loss, Mapped, Override, RecurrenceId, Zone};
use serde_json::{Map, Value};

use super::{
    DIALECT, Event as Wire,
    read::distinct,
    recurrence,
    write::{excluded, master, single},
    zones,
};

/// The bodies to send. The master goes first: the instances that the others name may only exist after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    /// For the master or single event; `None` if nothing changes there.
    pub master: Option<Map<String, Value>>,
    /// For instances, by original start in the *next* state.
    pub exceptions: BTreeMap<RecurrenceId, Map<String, Value>>,
}

impl Patch {
    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.master.is_none() && self.exceptions.is_empty()
    }
}

/// Fields that a PATCH cannot change, or that are not ours to change.
const NOT_OURS: [&str; 9] = [
    "iCalUID",
    "sequence",
    "created",
    "updated",
    "creator",
    "organizer",
    "eventType",
    "hangoutLink",
    "attendeesOmitted",
];

/// How deep objects are merged; deeper ones go whole.
const DEPTH_MAX: u8 = 8;

/// What makes Google's `previous` into `next`. Both are states of one copy; `zone` is its calendar's.
pub fn patch(previous: &Event, next: &Event, zone: &Zone) -> Mapped<Patch> {
    let (previous, _) = zones::known(previous, &[zone]);
    let kept = previous.when.zone().unwrap_or(zone);
    let (next, mut losses) = zones::known(next, &[kept, zone]);
    let (previous, next) = (&*previous, &*next);
    // Exceptions do not survive a change of what they are exceptions to.
    let reshaped = previous.when.local_start() != next.when.local_start()
        || previous.when.zone() != next.when.zone()
        || previous.when.is_all_day() != next.when.is_all_day()
        || previous.rules != next.rules
        || previous.excluded_rules != next.excluded_rules;
    let before_lines = recurrence::excluded_by_line(previous, zone);
    let next_lines = if reshaped {
        excluded(next)
    } else {
        let still = excluded(next);
        before_lines.intersection(&still).copied().collect()
    };
    let from = fields(&master(previous, &before_lines, zone, &mut Vec::new()));
    let to = fields(&master(next, &next_lines, zone, &mut losses));
    if from.get("organizer") != to.get("organizer") {
        let reason = "at Google an event keeps its organizer";
        losses.push(Loss::new("participants", reason, "as it was"));
    }
    let is_series = to.contains_key("recurrence");
    let mut change = difference(&from, &to);
    guard_attendees(previous, &mut change, &mut losses);
    let mut exceptions = BTreeMap::new();
    if is_series {
        let sides = Sides {
            previous,
            next,
            reshaped,
            before_lines,
            next_lines,
            zone,
        };
        let ids: BTreeSet<_> = previous
            .overrides
            .keys()
            .chain(next.overrides.keys())
            .collect();
        for id in ids {
            if let Some(mut change) = sides.exception(*id, &mut losses) {
                guard_attendees(previous, &mut change, &mut losses);
                exceptions.insert(*id, change);
            }
        }
        exceptions.retain(|_, change| !change.is_empty());
    }
    Mapped {
        value: Patch {
            master: (!change.is_empty()).then_some(change),
            exceptions,
        },
        losses: distinct(losses),
    }
}

struct Sides<'a> {
    previous: &'a Event,
    next: &'a Event,
    reshaped: bool,
    before_lines: BTreeSet<RecurrenceId>,
    next_lines: BTreeSet<RecurrenceId>,
    zone: &'a Zone,
}

impl Sides<'_> {
    /// What to send for one occurrence; `None` if nothing has to be said about it.
    fn exception(&self, id: RecurrenceId, losses: &mut Vec<Loss>) -> Option<Map<String, Value>> {
        let before = self.previous.overrides.get(&id).filter(|_| !self.reshaped);
        let after = self.next.overrides.get(&id);
        let was_cancelled = before == Some(&Override::Excluded) && !self.before_lines.contains(&id);
        let occurrence = match (before, after) {
            (_, None) if self.reshaped => return None,
            (_, Some(Override::Excluded)) if was_cancelled || self.next_lines.contains(&id) => {
                return None;
            }
            (_, Some(Override::Excluded)) => {
                return Some(Map::from_iter([("status".to_owned(), "cancelled".into())]));
            }
            // The master's own lines say everything about an extra occurrence, and about one that no line
            // takes out any more.
            (_, None) if !was_cancelled && !self.next.has_slot(id) => return None,
            (Some(Override::Excluded), None) if !was_cancelled => return None,
            _ => self.next.occurrence(id)?,
        };
        let to = fields(&single(&occurrence, self.zone, losses));
        if was_cancelled {
            return Some(revive(to));
        }
        let mut plain = if self.reshaped {
            self.next
        } else {
            self.previous
        }
        .clone();
        if before.is_none_or(|before| *before == Override::Excluded) {
            plain.overrides.remove(&id);
        }
        let from = plain.occurrence(id)?;
        let from = fields(&single(&from, self.zone, &mut Vec::new()));
        let mut change = difference(&from, &to);
        // What Google keeps of an exception all the same is as it was, whatever the series says by now.
        if self.reshaped
            && let Some(Override::Patch(_)) = self.previous.overrides.get(&id)
            && let Some(kept) = self.previous.occurrence(id)
        {
            let kept = fields(&single(&kept, self.zone, &mut Vec::new()));
            for (name, value) in difference(&kept, &to) {
                change.entry(name).or_insert(value);
            }
        }
        Some(change)
    }
}

/// A cancelled instance keeps nothing that could be relied on: say everything.
fn revive(mut to: Map<String, Value>) -> Map<String, Value> {
    to.retain(|name, _| !NOT_OURS.contains(&name.as_str()));
    to
}

/// A list of guests that is only a part of them must not replace the whole.
fn guard_attendees(previous: &Event, change: &mut Map<String, Value>, losses: &mut Vec<Loss>) {
    let kept = previous.unknown.get(DIALECT);
    let omitted = kept.and_then(|kept| kept.get("attendeesOmitted")) == Some(&Value::Bool(true));
    if omitted && change.remove("attendees").is_some() {
        let reason = "Google did not tell all guests";
        losses.push(Loss::new("participants", reason, "left as they are"));
    }
}

/// The private properties are always there, so that one that goes is cleared by its name: those of others, and the
/// stamp, must stay.
fn fields(wire: &Wire) -> Map<String, Value> {
    let mut wire = wire.clone();
    let properties = wire.extended_properties.get_or_insert_default();
    properties.private.get_or_insert_default();
    match serde_json::to_value(wire) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

fn difference(from: &Map<String, Value>, to: &Map<String, Value>) -> Map<String, Value> {
    let mut change = merge_patch(from, to, 0);
    change.retain(|name, _| !NOT_OURS.contains(&name.as_str()));
    let times = change.contains_key("start") || change.contains_key("end");
    for (name, parts, is_needed) in [
        ("start", &["date", "dateTime", "timeZone"][..], times),
        ("end", &["date", "dateTime", "timeZone"], times),
        (
            "reminders",
            &["useDefault", "overrides"],
            change.contains_key("reminders"),
        ),
    ] {
        if let Some(value) = to.get(name).filter(|_| is_needed) {
            change.insert(name.to_owned(), complete(value, parts));
        }
    }
    change
}

/// The merge patch from one object to another: differing arrays and scalars whole, objects recursively.
fn merge_patch(
    from: &Map<String, Value>,
    to: &Map<String, Value>,
    depth: u8,
) -> Map<String, Value> {
    let mut change = Map::new();
    for (name, new) in to {
        let value = match (from.get(name), new) {
            (Some(old), new) if old == new => continue,
            (Some(Value::Object(old)), Value::Object(new)) if depth < DEPTH_MAX => {
                Value::Object(merge_patch(old, new, depth + 1))
            }
            _ => new.clone(),
        };
        change.insert(name.clone(), value);
    }
    for name in from.keys().filter(|name| !to.contains_key(*name)) {
        change.insert(name.clone(), Value::Null);
    }
    change
}

/// Objects whose parts only make sense together are sent with all of them: a day clears a time.
fn complete(value: &Value, parts: &[&str]) -> Value {
    let part = |name: &&str| {
        let part = value.get(name).cloned().unwrap_or_default();
        ((*name).to_owned(), part)
    };
    Value::Object(parts.iter().map(part).collect())
}
