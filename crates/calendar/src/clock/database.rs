//! The time-zone database: the system's (or the one that was built in), and what was brought up to date since.

use std::{
    collections::BTreeMap,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use jiff::tz::TimeZone;

/// Rules that count instead of the database's, by name in small letters.
static REPLACED: RwLock<BTreeMap<String, TimeZone>> = RwLock::new(BTreeMap::new());

/// Counts the changes, so that whoever remembers a zone knows when to forget it.
static GENERATION: AtomicU64 = AtomicU64::new(0);

/// Makes these rules count from now on, for all threads, instead of those that the database has under these names: how a
/// government's decision reaches a running process. Events keep their wall time; their instants follow the new rules.
///
/// What was expanded before (an index of busy time, say) has to be made again. Pure as everything here: reading the
/// files is the caller's part, see [`TimeZone::tzif`].
///
/// ```
/// use jiff::tz::TimeZone;
/// use kalends_calendar::{Zone, zone::replace_rules};
/// let troll = Zone::iana("Antarctica/Troll").ok_or("no zone data")?;
/// let noon = "2030-01-01T12:00".parse()?;
/// assert_eq!(troll.to_instant(noon).to_string(), "2030-01-01T12:00:00Z");
/// replace_rules([("Antarctica/Troll", TimeZone::posix("NEW-1")?)]);
/// assert_eq!(troll.to_instant(noon).to_string(), "2030-01-01T11:00:00Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn replace_rules<'n>(rules: impl IntoIterator<Item = (&'n str, TimeZone)>) {
    let mut replaced = REPLACED.write().unwrap_or_else(PoisonError::into_inner);
    replaced.extend(
        rules
            .into_iter()
            .map(|(name, zone)| (name.to_ascii_lowercase(), zone)),
    );
    GENERATION.fetch_add(1, Ordering::Release);
}

/// How often rules were replaced.
pub(crate) fn generation() -> u64 {
    GENERATION.load(Ordering::Acquire)
}

/// The rules of a name, if there are any.
pub(crate) fn look_up(name: &str) -> Option<TimeZone> {
    if generation() > 0 {
        let replaced = REPLACED.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(zone) = replaced.get(&name.to_ascii_lowercase()) {
            return Some(zone.clone());
        }
    }
    TimeZone::get(name).ok()
}
