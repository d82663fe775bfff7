//! What a provider can have of a series.

use std::collections::BTreeSet;

use calendar::{Event, RecurrenceId, Zone};
use protocols::{google, microsoft};

use crate::{google::NAME as GOOGLE, microsoft::NAME as MICROSOFT};

/// A series that is to be written.
#[derive(Clone, Copy, Debug)]
pub struct Series<'a> {
    /// What the provider has of it, if anything.
    pub previous: Option<&'a Event>,
    /// What it shall have.
    pub next: &'a Event,
    /// IANA name of the zone for floating times.
    pub time_zone: &'a str,
}

/// What a provider can have of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    /// All of it but these occurrences, which it can have only as events of their own.
    But(BTreeSet<RecurrenceId>),
    /// Nothing of it as a series, and why.
    Nothing(String),
}

impl Fit {
    /// All of it.
    pub fn whole() -> Self {
        Self::But(BTreeSet::new())
    }

    /// Whether that is all of it.
    pub fn is_whole(&self) -> bool {
        *self == Self::whole()
    }
}

/// What a provider can have, by its name.
pub(crate) fn of(provider: &str, series: Series<'_>) -> Fit {
    let Series { previous, next, .. } = series;
    let zone = Zone::iana(series.time_zone).unwrap_or_else(Zone::utc);
    let apart = match provider {
        MICROSOFT => microsoft::apart(previous, next, &zone).map_err(|error| error.to_string()),
        GOOGLE => google::has_its_rules(next, &zone)
            .map(|()| BTreeSet::new())
            .map_err(str::to_owned),
        _ => Ok(BTreeSet::new()),
    };
    apart.map_or_else(Fit::Nothing, Fit::But)
}
