//! What of a component is the organizer's to say, and how two versions of it differ.

use std::collections::BTreeSet;

use calendar::{Rule, Until};

use super::{
    object::{Key, Object, REPEATING},
    party::{address, is_cancelled},
};
use crate::icalendar::{
    component::{Component, Property},
    value::{self, Moment},
};

/// How much a component has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Difference {
    /// In nothing that anybody is told.
    None,
    /// In what people read, or in who attends.
    Content,
    /// In when it happens: whoever has answered answers anew (RFC 5546 3.2.2.1).
    Time,
}

/// Properties that are somebody's own, or say who wrote it when.
const OWN: [&str; 18] = [
    "DTSTAMP",
    "CREATED",
    "LAST-MODIFIED",
    "SEQUENCE",
    "TRANSP",
    "COMPLETED",
    "PERCENT-COMPLETE",
    "REQUEST-STATUS",
    "RECURRENCE-ID",
    "COMMENT",
    "CATEGORIES",
    "CLASS",
    "COLOR",
    "UID",
    "DTSTART",
    "DTEND",
    "DUE",
    "DURATION",
];

/// When a component happens: its beginning, its end, its rules, and the dates beside them.
#[derive(PartialEq, Eq)]
struct Times {
    start: Option<String>,
    end: Option<String>,
    rules: BTreeSet<String>,
    dates: BTreeSet<String>,
}

/// A moment so that two of them are equal if they mean the same: in the same zone, or only at the same instant.
fn moment(object: &Object, property: &Property<'_>, zones: bool) -> Option<String> {
    let at = object.moment(property, &property.value)?;
    Some(if zones {
        format!("{at:?}")
    } else {
        format!("{} {:?}", matches!(at, Moment::Date(_)), at.instant(None))
    })
}

fn end(object: &Object, part: &Component<'_>, zones: bool) -> Option<String> {
    if let Some(end) = part.property("DTEND").or_else(|| part.property("DUE")) {
        return moment(object, end, zones);
    }
    let length = part.property("DURATION")?;
    let start = part.property("DTSTART")?;
    let seconds = value::signed_duration(&length.value)?;
    let (at, _) = value::date_time(&start.value)?;
    let end = at
        .checked_add(jiff::SignedDuration::from_secs(seconds))
        .ok()?;
    let suffix = if start.value.trim().ends_with('Z') {
        "Z"
    } else {
        ""
    };
    let end = Property {
        value: (value::write_local(end) + suffix).into(),
        ..start.clone()
    };
    moment(object, &end, zones)
}

fn times(object: &Object, part: &Component<'_>, zones: bool) -> Times {
    let texts = |name: &'static str| part.all(name).map(Property::content_line).collect();
    let rule = |p: &Property<'_>| {
        let read = Rule::parse_lenient(&p.value).map(|r| r.value.to_string());
        format!(
            "{}:{}",
            p.name.to_ascii_uppercase(),
            read.unwrap_or_else(|_| p.value.to_string())
        )
    };
    let rules = part.all("RRULE").chain(part.all("EXRULE")).map(rule);
    Times {
        start: part
            .property("DTSTART")
            .and_then(|p| moment(object, p, zones)),
        end: end(object, part, zones),
        rules: rules.collect(),
        dates: texts("RDATE"),
    }
}

/// Everything else that is the organizer's to say.
fn content(part: &Component<'_>) -> BTreeSet<String> {
    let own = |p: &&Property<'_>| {
        let name = p.name.to_ascii_uppercase();
        name.starts_with("X-") || OWN.contains(&name.as_str()) || REPEATING.contains(&name.as_str())
    };
    let said = part.properties.iter().filter(|p| !own(p));
    let said = said.map(|p| {
        let name = p.name.to_ascii_uppercase();
        match name.as_str() {
            "ATTENDEE" | "ORGANIZER" => format!("{name}:{}", address(p)),
            _ => format!("{name}:{}", p.as_text().trim()),
        }
    });
    let meaningless = ["STATUS:CONFIRMED", "PRIORITY:0"];
    let mut said: BTreeSet<String> = said.collect();
    said.retain(|line| !meaningless.contains(&line.as_str()) && !line.ends_with(':'));
    said
}

/// How one version of a component differs from another. That it is called off is not looked at: there is a message for that.
pub(super) fn between(
    old: (&Object, &Component<'_>),
    new: (&Object, &Component<'_>),
) -> Difference {
    difference(old, new, true)
}

/// The same for whoever has it from somebody else: in which zone a client writes it does not matter.
pub(super) fn copied(old: (&Object, &Component<'_>), new: (&Object, &Component<'_>)) -> Difference {
    difference(old, new, false)
}

fn difference(
    (old, was): (&Object, &Component<'_>),
    (new, is): (&Object, &Component<'_>),
    zones: bool,
) -> Difference {
    let (before, after) = (times(old, was, zones), times(new, is, zones));
    if before != after && !is_cut(&before, &after) {
        return Difference::Time;
    }
    let without = |part: &Component<'_>| {
        let mut said = content(part);
        said.remove("STATUS:CANCELLED");
        said
    };
    if before != after || without(was) != without(is) {
        Difference::Content
    } else {
        Difference::None
    }
}

/// Whether all that has changed is that a series ends earlier: what is left of it is as it was.
fn is_cut(before: &Times, after: &Times) -> bool {
    let same =
        before.start == after.start && before.end == after.end && before.dates == after.dates;
    let (Some(was), Some(is)) = (only(&before.rules), only(&after.rules)) else {
        return false;
    };
    let open = |rule: &Rule| Rule {
        until: None,
        count: None,
        ..rule.clone()
    };
    if !same || open(&was) != open(&is) {
        return false;
    }
    match (was.count, is.count, was.until, is.until) {
        (None, None, None, Some(_)) | (None, Some(_), None, None) => true,
        (None, None, Some(was), Some(is)) => earlier(is, was),
        (Some(was), Some(is), None, None) => is <= was,
        _ => false,
    }
}

fn earlier(is: Until, was: Until) -> bool {
    match (is, was) {
        (Until::Utc(is), Until::Utc(was)) => is <= was,
        (Until::Local(is), Until::Local(was)) => is <= was,
        (Until::Date(is), Until::Date(was)) => is <= was,
        _ => false,
    }
}

fn only(rules: &BTreeSet<String>) -> Option<Rule> {
    let rule = rules.first().filter(|_| rules.len() == 1)?;
    let rule = rule.strip_prefix("RRULE:")?;
    Some(Rule::parse_lenient(rule).ok()?.value)
}

/// What an organizer has changed.
#[derive(Default)]
pub(super) struct Changes {
    /// The series, or what is no series; also what is taken out of it.
    pub(super) master: bool,
    /// When the series happens.
    pub(super) moved: bool,
    /// The occurrences that differ in another way than before.
    pub(super) keys: BTreeSet<Key>,
    /// Those of them that happen at another time than before.
    pub(super) moved_keys: BTreeSet<Key>,
    /// Something was called off by its STATUS.
    pub(super) ended: bool,
}

impl Changes {
    /// Whether anything has changed of which anybody is told.
    pub(super) fn any(&self) -> bool {
        self.master || !self.keys.is_empty()
    }

    /// From one version of an object to the next one.
    pub(super) fn of(old: &Object, new: &Object) -> Self {
        let mut changes = Self::default();
        match (old.master(), new.master()) {
            (Some(was), Some(is)) => {
                let difference = between((old, was), (new, is));
                changes.moved = difference == Difference::Time;
                changes.ended = is_cancelled(is) && !is_cancelled(was);
                changes.master = difference > Difference::None || old.excluded() != new.excluded();
            }
            (None, None) => {}
            _ => (changes.master, changes.moved) = (true, true),
        }
        for (key, is) in new.overrides() {
            let was = old.occurrence(key);
            changes.ended |= is_cancelled(is) && !was.as_ref().is_some_and(is_cancelled);
            let difference = was.map_or(Difference::Time, |was| between((old, &was), (new, is)));
            if difference > Difference::None {
                changes.keys.insert(key);
            }
            if difference == Difference::Time {
                changes.moved_keys.insert(key);
            }
        }
        let excluded = new.excluded();
        for (key, was) in old.overrides() {
            if new.get(key).is_some() || excluded.contains(&key) {
                continue;
            }
            // It is like all others again.
            match new.derived(key) {
                Some(is) => changes.master |= between((old, was), (new, &is)) > Difference::None,
                None if new.master().is_none() => {
                    changes.keys.insert(key);
                }
                None => {}
            }
        }
        changes
    }
}
