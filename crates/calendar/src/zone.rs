//! Time zones: IANA names, and custom zones that came with their own rules.

use std::sync::Arc;

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{Offset, TimeZone},
};
use serde::{Deserialize, Serialize};

use crate::{
    Rule,
    clock::{Clock, CustomClock, look_up},
};

pub use crate::clock::replace_rules;

/// The zone of a civil time.
///
/// IANA names inside; other names are mapped at the edge. What cannot be mapped is a [`CustomZone`], kept with its
/// own rules and never silently replaced.
///
/// ```
/// use kalends_calendar::Zone;
/// let vienna = Zone::iana("europe/vienna").ok_or("no zone data")?;
/// let noon = "2026-07-01T12:00".parse()?;
/// assert_eq!(vienna.to_instant(noon).to_string(), "2026-07-01T10:00:00Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Zone {
    /// A name of the IANA database, in its canonical spelling of the database at hand.
    #[serde(with = "shared")]
    Iana(Arc<str>),
    /// A zone that brought its own rules (a VTIMEZONE).
    #[serde(with = "shared")]
    Custom(Arc<CustomZone>),
}

/// A zone defined by its observances (RFC 5545 3.6.5).
///
/// ```
/// use kalends_calendar::{CustomZone, Observance, Zone};
/// let always = Observance {
///     daylight: false,
///     name: None,
///     start: "1970-01-01T00:00".parse()?,
///     offset_from: 5_400,
///     offset_to: 5_400,
///     rules: Vec::new(),
///     dates: Vec::new(),
/// };
/// let ship = CustomZone { id: "Ship".into(), observances: vec![always] };
/// let noon = "2026-07-01T12:00".parse()?;
/// assert_eq!(Zone::Custom(ship.into()).to_instant(noon).to_string(), "2026-07-01T10:30:00Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CustomZone {
    /// The name under which it came (TZID).
    pub id: String,
    /// Standard and daylight observances, in the order in which they came.
    pub observances: Vec<Observance>,
}

/// One STANDARD or DAYLIGHT part of a custom zone.
///
/// ```
/// use kalends_calendar::Observance;
/// let summer = Observance {
///     daylight: true,
///     name: Some("CEST".into()),
///     start: "1981-03-29T02:00".parse()?,
///     offset_from: 3_600,
///     offset_to: 7_200,
///     rules: vec!["FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU".parse()?],
///     dates: Vec::new(),
/// };
/// assert_eq!(summer.offset_to - summer.offset_from, 3_600);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Observance {
    /// Whether it is DAYLIGHT.
    pub daylight: bool,
    /// Abbreviation (TZNAME).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Local onset, in `offset_from`.
    pub start: DateTime,
    /// Seconds east of UTC before the onset.
    pub offset_from: i32,
    /// Seconds east of UTC from the onset on.
    pub offset_to: i32,
    /// How the onset repeats.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// Further onsets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dates: Vec<DateTime>,
}

impl Zone {
    /// The zone with this IANA name (aliases and any letter case accepted), if the database at hand knows it.
    ///
    /// ```
    /// use kalends_calendar::Zone;
    /// assert_eq!(Zone::iana("utc"), Some(Zone::utc()));
    /// assert_eq!(Zone::iana("Middle-earth/Shire"), None);
    /// ```
    pub fn iana(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("UTC") || name == "Etc/UTC" || name == "Z" {
            return Some(Self::utc());
        }
        if let Some(name) = Clock::shared_name(name) {
            return Some(Self::Iana(name));
        }
        let known = TimeZone::get(name).ok();
        let canonical = known.as_ref().and_then(TimeZone::iana_name);
        let name = canonical.or_else(|| look_up(name).map(|_| name))?;
        let shared = Clock::shared_name(name).unwrap_or_else(|| name.into());
        Clock::named(&shared);
        Some(Self::Iana(shared))
    }

    /// Coordinated universal time, spelled `Etc/UTC`.
    ///
    /// ```
    /// assert_eq!(kalends_calendar::Zone::utc().name(), "Etc/UTC");
    /// ```
    pub fn utc() -> Self {
        Self::Iana("Etc/UTC".into())
    }

    /// Its name: IANA, or the TZID under which a custom zone came.
    ///
    /// ```
    /// use kalends_calendar::Zone;
    /// let vienna = Zone::iana("EUROPE/vienna").ok_or("no zone data")?;
    /// assert_eq!(vienna.name(), "Europe/Vienna");
    /// # Ok::<(), &str>(())
    /// ```
    pub fn name(&self) -> &str {
        match self {
            Self::Iana(name) => name,
            Self::Custom(zone) => &zone.id,
        }
    }

    /// Whether it is UTC by any of its names.
    ///
    /// ```
    /// assert!(kalends_calendar::Zone::utc().is_utc());
    /// ```
    pub fn is_utc(&self) -> bool {
        matches!(self.name(), "Etc/UTC" | "UTC" | "Etc/UCT" | "Zulu")
    }

    /// The instant of a local time. In a gap the offset before it counts, in an overlap the first one
    /// (RFC 5545 3.3.5).
    ///
    /// ```
    /// use kalends_calendar::Zone;
    /// let berlin = Zone::iana("Europe/Berlin").ok_or("no zone data")?;
    /// let twice = "2026-10-25T02:30".parse()?;
    /// assert_eq!(berlin.to_instant(twice).to_string(), "2026-10-25T00:30:00Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_instant(&self, local: DateTime) -> Timestamp {
        self.clock().to_instant(local)
    }

    /// The local time at an instant.
    ///
    /// ```
    /// use kalends_calendar::Zone;
    /// let berlin = Zone::iana("Europe/Berlin").ok_or("no zone data")?;
    /// let local = berlin.to_local("2026-10-25T01:30:00Z".parse()?);
    /// assert_eq!(local.to_string(), "2026-10-25T02:30:00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_local(&self, at: Timestamp) -> DateTime {
        self.clock().to_local(at)
    }

    /// Whether both share what they are, so that nothing needs to be compared or looked up.
    pub(crate) fn is_shared(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Iana(a), Self::Iana(b)) => Arc::ptr_eq(a, b),
            (Self::Custom(a), Self::Custom(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// Looked up once, for many questions.
    pub(crate) fn clock(&self) -> Clock {
        match self {
            Self::Iana(name) => Clock::named(name),
            Self::Custom(zone) => Clock::of_custom(zone),
        }
    }
}

impl CustomZone {
    /// The offset that turns a local time into an instant: that of the latest onset at or before it, in a gap the
    /// one before the gap.
    ///
    /// ```
    /// use kalends_calendar::CustomZone;
    /// let nowhere = CustomZone { id: "?".into(), observances: Vec::new() };
    /// assert!(nowhere.offset_at("2026-10-25T02:30".parse()?).is_zero());
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn offset_at(&self, local: DateTime) -> Offset {
        CustomClock::new(self).offset(local)
    }
}

/// Serde for shared values: written as what they share.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::clock::Clock;

    /// What can be shared, and what it is read as.
    pub(super) trait Shared {
        type Read: Into<Arc<Self>>;
    }

    impl Shared for str {
        type Read = Name;
    }

    /// A name of the database, shared with others.
    #[derive(Deserialize)]
    #[serde(transparent)]
    pub(super) struct Name(String);

    impl From<Name> for Arc<str> {
        fn from(Name(name): Name) -> Self {
            Clock::shared_name(&name).unwrap_or_else(|| name.into())
        }
    }

    impl Shared for super::CustomZone {
        type Read = super::CustomZone;
    }

    pub(super) fn serialize<T: ?Sized + Serialize, S: Serializer>(
        value: &Arc<T>,
        s: S,
    ) -> Result<S::Ok, S::Error> {
        (**value).serialize(s)
    }

    pub(super) fn deserialize<'de, T: ?Sized + Shared, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Arc<T>, D::Error>
    where
        T::Read: Deserialize<'de>,
    {
        T::Read::deserialize(d).map(Into::into)
    }
}
