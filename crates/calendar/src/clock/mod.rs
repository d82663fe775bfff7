//! Zones made ready for many questions: what a wall clock shows at an instant, and the other way round.
//!
//! Civil times and instants are whole seconds here: what is asked a million times is one look into a sorted array.

mod custom;
mod database;
mod pieces;
mod table;

use std::{cell::RefCell, sync::Arc};

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone},
};

pub(crate) use custom::CustomClock;
pub use database::replace_rules;
pub(crate) use database::{generation, look_up};
use table::Table;

use crate::{CustomZone, recurrence::civil};

/// Zones that a thread remembers.
const RECENT_MAX: usize = 32;

/// A zone that was looked up once.
#[derive(Clone, Debug)]
pub(crate) enum Clock {
    /// By its name, from the database.
    Table(Arc<Table>),
    /// As somebody who looks at a calendar gave it.
    Given(TimeZone),
    /// With its own rules.
    Custom(Arc<CustomClock>),
}

/// What a thread looked up last, by pointer or name, most recent last. A calendar asks for the same few zones again and
/// again.
#[derive(Default)]
struct Recent {
    generation: u64,
    named: Vec<(Arc<str>, Arc<Table>)>,
    custom: Vec<(Arc<CustomZone>, Arc<CustomClock>)>,
}

thread_local! {
    static RECENT: RefCell<Recent> = RefCell::default();
}

impl Clock {
    pub(crate) fn utc() -> Self {
        Self::Given(TimeZone::UTC)
    }

    /// A zone of the database. A name that was accepted once may be gone from a later database: then its times count as
    /// UTC until the administrator updates the zone data.
    pub(crate) fn named(name: &Arc<str>) -> Self {
        RECENT.with_borrow_mut(|recent| {
            if recent.generation != generation() {
                *recent = Recent {
                    generation: generation(),
                    ..Recent::default()
                };
            }
            // Names are shared, so mostly nothing has to be compared letter by letter.
            let mut known = recent.named.iter();
            let same = known.clone().find(|(known, _)| Arc::ptr_eq(known, name));
            if let Some((_, table)) = same.or_else(|| known.find(|(known, _)| known == name)) {
                return Self::Table(table.clone());
            }
            let table = Arc::new(Table::new(&look_up(name).unwrap_or(TimeZone::UTC)));
            if recent.named.len() >= RECENT_MAX {
                recent.named.remove(0);
            }
            recent.named.push((name.clone(), table.clone()));
            Self::Table(table)
        })
    }

    /// The one copy of a name that this thread shares among its events, if it met the name before.
    pub(crate) fn shared_name(name: &str) -> Option<Arc<str>> {
        RECENT.with_borrow(|recent| {
            let known = recent.named.iter().find(|(known, _)| **known == *name)?;
            (recent.generation == generation()).then(|| known.0.clone())
        })
    }

    /// A custom zone, compiled.
    pub(crate) fn of_custom(zone: &Arc<CustomZone>) -> Self {
        RECENT.with_borrow_mut(|recent| {
            let mut known = recent.custom.iter();
            let same = known.clone().find(|(known, _)| Arc::ptr_eq(known, zone));
            if let Some((_, clock)) = same.or_else(|| known.find(|(known, _)| known == zone)) {
                return Self::Custom(clock.clone());
            }
            let clock = Arc::new(CustomClock::new(zone));
            if recent.custom.len() >= RECENT_MAX {
                recent.custom.remove(0);
            }
            recent.custom.push((zone.clone(), clock.clone()));
            Self::Custom(clock)
        })
    }

    /// RFC 5545 3.3.5: in a gap the offset before it counts, in an overlap the first.
    pub(crate) fn to_instant(&self, local: DateTime) -> Timestamp {
        match self {
            Self::Table(_) => {
                let second = self.instant_of(civil::seconds_of(local));
                Timestamp::new(second, local.subsec_nanosecond()).unwrap_or(nearest(local))
            }
            Self::Given(zone) => resolve(zone, local),
            Self::Custom(clock) => {
                let offset = clock.offset(local);
                offset.to_timestamp(local).unwrap_or(nearest(local))
            }
        }
    }

    /// The same in seconds: from those of the wall clock to those of Unix.
    pub(crate) fn instant_of(&self, second: i64) -> i64 {
        self.instant_near(second, &mut 0)
    }

    /// The same for many in a row: `near` remembers where the last one was found. It belongs to this clock alone.
    pub(crate) fn instant_near(&self, second: i64, near: &mut usize) -> i64 {
        let known = match self {
            Self::Table(table) => Some(table.instant_of(second, near)),
            Self::Custom(clock) => clock.instant_of(second),
            Self::Given(_) => None,
        };
        known.unwrap_or_else(|| self.to_instant(civil::to_local(second)).as_second())
    }

    pub(crate) fn to_local(&self, at: Timestamp) -> DateTime {
        match self {
            Self::Table(table) => table.zone().to_datetime(at),
            Self::Given(zone) => zone.to_datetime(at),
            Self::Custom(clock) => clock.offset_at(at).to_datetime(at),
        }
    }

    /// The same in seconds: from those of Unix to those of the wall clock.
    pub(crate) fn local_of(&self, instant: i64) -> i64 {
        let known = match self {
            Self::Table(table) => Some(table.local_of(instant)),
            Self::Custom(clock) => clock.local_of(instant),
            Self::Given(_) => None,
        };
        if let Some(known) = known {
            return known;
        }
        let limit = if instant < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        };
        let at = Timestamp::from_second(instant).unwrap_or(limit);
        civil::seconds_of(self.to_local(at))
    }

    /// Whether one offset counts from one civil second to another, as far as that is known.
    pub(crate) fn is_steady(&self, from: i64, to: i64) -> bool {
        match self {
            Self::Table(table) => table.is_steady(from, to),
            _ => to - from == self.instant_of(to) - self.instant_of(from),
        }
    }

    /// Whether the wall clock never shows this second: it jumps over it.
    pub(crate) fn skips(&self, second: i64) -> bool {
        match self {
            Self::Table(table) => table.skips(second),
            Self::Given(zone) => is_gap(zone, civil::to_local(second)),
            Self::Custom(clock) => clock.look_up(civil::to_local(second)).1,
        }
    }
}

fn is_gap(zone: &TimeZone, local: DateTime) -> bool {
    let offset = zone.to_ambiguous_timestamp(local).offset();
    matches!(offset, AmbiguousOffset::Gap { .. })
}

/// RFC 5545 3.3.5 for a zone of the database.
pub(crate) fn resolve(zone: &TimeZone, local: DateTime) -> Timestamp {
    let resolved = zone.to_ambiguous_timestamp(local).compatible();
    resolved.unwrap_or(nearest(local))
}

/// For civil times at the very edges, whose instant is out of range.
fn nearest(local: DateTime) -> Timestamp {
    if local.year() < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    }
}
