//! The properties of a component by what they are: looked at once, then asked for as often as needed.

use super::{
    component::{Component, Property},
    kept::OWN,
    place, when,
};

/// What a property is to the model, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Name {
    Alarms,
    AltDesc,
    Attendee,
    BusyStatus,
    Categories,
    Class,
    Color,
    Conference,
    Created,
    Description,
    DtEnd,
    DtStamp,
    DtStart,
    Duration,
    ExDate,
    ExRule,
    Geo,
    LastModified,
    Location,
    Nominal,
    Organizer,
    Place,
    Priority,
    RDate,
    RecurrenceId,
    RRule,
    Sequence,
    Status,
    Summary,
    Transp,
    Uid,
    /// One of ours that no reader asks for here.
    Own,
    /// Not known: kept as it came.
    Other,
}

/// How many there are.
const COUNT: usize = Name::Other as usize + 1;

impl Name {
    /// What a name means, in any letter case.
    pub(super) fn of(name: &str) -> Self {
        let Some(first) = name.as_bytes().first() else {
            return Self::Other;
        };
        // No more than two of a length begin with the same letter.
        let candidates: &[(&str, Self)] = match (name.len(), first.to_ascii_uppercase()) {
            (3, b'U') => &[("UID", Self::Uid)],
            (3, b'G') => &[("GEO", Self::Geo)],
            (5, b'R') => &[("RRULE", Self::RRule), ("RDATE", Self::RDate)],
            (5, b'D') => &[("DTEND", Self::DtEnd)],
            (5, b'C') => &[("CLASS", Self::Class), ("COLOR", Self::Color)],
            (6, b'S') => &[("STATUS", Self::Status)],
            (6, b'T') => &[("TRANSP", Self::Transp)],
            (6, b'E') => &[("EXDATE", Self::ExDate), ("EXRULE", Self::ExRule)],
            (7, b'S') => &[("SUMMARY", Self::Summary)],
            (7, b'D') => &[("DTSTART", Self::DtStart), ("DTSTAMP", Self::DtStamp)],
            (7, b'C') => &[("CREATED", Self::Created)],
            (8, b'A') => &[("ATTENDEE", Self::Attendee)],
            (8, b'D') => &[("DURATION", Self::Duration)],
            (8, b'L') => &[("LOCATION", Self::Location)],
            (8, b'P') => &[("PRIORITY", Self::Priority)],
            (8, b'S') => &[("SEQUENCE", Self::Sequence)],
            (9, b'O') => &[("ORGANIZER", Self::Organizer)],
            (10, b'C') => &[
                ("CATEGORIES", Self::Categories),
                ("CONFERENCE", Self::Conference),
            ],
            (11, b'D') => &[("DESCRIPTION", Self::Description)],
            (13, b'L') => &[("LAST-MODIFIED", Self::LastModified)],
            (13, b'R') => &[("RECURRENCE-ID", Self::RecurrenceId)],
            (_, b'X') => return Self::extension(name),
            _ => &[],
        };
        // Nearly all come in capitals.
        let exact = candidates.iter().find(|(n, _)| *n == name);
        let found = exact.or_else(|| {
            let mut candidates = candidates.iter();
            candidates.find(|(n, _)| n.eq_ignore_ascii_case(name))
        });
        found.map_or(Self::Other, |(_, meaning)| *meaning)
    }

    /// Those that are in no RFC. Ours are known; another hub's mark on an object that it wrote here is one more unknown property.
    fn extension(name: &str) -> Self {
        // The letter behind `X-` tells nearly all others from them.
        let letter = name.as_bytes().get(2).map(u8::to_ascii_uppercase);
        if !matches!(letter, Some(b'A' | b'K' | b'M')) {
            return Self::Other;
        }
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        let prefix = name.get(..OWN.len());
        if is("X-ALT-DESC") {
            Self::AltDesc
        } else if is("X-MICROSOFT-CDO-BUSYSTATUS") {
            Self::BusyStatus
        } else if prefix.is_none_or(|p| !p.eq_ignore_ascii_case(OWN)) || is(super::STAMP) {
            Self::Other
        } else if is(super::alarm::NONE) {
            Self::Alarms
        } else if is(place::PLACE) {
            Self::Place
        } else if is(when::NOMINAL) {
            Self::Nominal
        } else {
            Self::Own
        }
    }
}

/// The properties of a component, found by what they are.
#[derive(Debug)]
pub(super) struct Table<'a, 't> {
    /// The component.
    pub(super) component: &'a Component<'t>,
    /// What each property is.
    names: Vec<Name>,
    /// Where the first one of each kind is, counted from 1; 0 if there is none.
    first: [u32; COUNT],
    /// The kinds of which there are several: one bit each.
    several: u64,
}

impl<'a, 't> Table<'a, 't> {
    /// Looks at all properties of a component.
    pub(super) fn of(component: &'a Component<'t>) -> Self {
        let mut names = Vec::with_capacity(component.properties.len());
        let (mut first, mut several) = ([0; COUNT], 0);
        for (at, property) in (1..).zip(&component.properties) {
            let name = Name::of(&property.name);
            names.push(name);
            match &mut first[name as usize] {
                none @ 0 => *none = at,
                _ => several |= 1 << name as u8,
            }
        }
        Self {
            component,
            names,
            first,
            several,
        }
    }

    /// The first property of a kind.
    pub(super) fn get(&self, name: Name) -> Option<&'a Property<'t>> {
        let at = (self.first[name as usize] as usize).checked_sub(1)?;
        self.component.properties.get(at)
    }

    /// All properties of a kind, in order.
    pub(super) fn all(&self, name: Name) -> impl Iterator<Item = &'a Property<'t>> {
        let first = self.first[name as usize] as usize;
        let from = first.checked_sub(1).unwrap_or(self.names.len());
        let until = if self.has_several(name) || from == self.names.len() {
            self.names.len()
        } else {
            first
        };
        let properties = &self.component.properties[from..until];
        let named = self.names[from..until].iter().zip(properties);
        named.filter(move |(n, _)| **n == name).map(|(_, p)| p)
    }

    /// Whether there are several of a kind.
    pub(super) fn has_several(&self, name: Name) -> bool {
        self.several & 1 << name as u8 != 0
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_any_letter_case_and_no_others() {
        for (name, meaning) in [
            ("Summary", Name::Summary),
            ("rrule", Name::RRule),
            ("RDATE", Name::RDate),
            ("dtstamp", Name::DtStamp),
            ("X-Alt-Desc", Name::AltDesc),
            ("x-kalends-location", Name::Place),
            ("X-KALENDS-ALARMS", Name::Alarms),
            ("X-KALENDS-DURATION", Name::Nominal),
            ("X-KALENDS-", Name::Own),
            ("X-KALENDS-STAMP", Name::Other),
            ("X-KALENDS", Name::Other),
            ("X-MICROSOFT-CDO-IMPORTANCE", Name::Other),
            ("SUMMARX", Name::Other),
            ("X-\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}", Name::Other),
            ("", Name::Other),
        ] {
            assert_eq!(Name::of(name), meaning, "{name}");
        }
    }

    #[test]
    fn the_first_and_all_of_a_kind_are_found() {
        let mut component = Component::new("VEVENT");
        for (name, value) in [
            ("A", "1"),
            ("COMMENT", "2"),
            ("Attendee", "3"),
            ("UID", "4"),
        ] {
            component.properties.push(Property::new(name, value));
        }
        component.properties.push(Property::new("ATTENDEE", "5"));
        let table = Table::of(&component);
        let values = |name| table.all(name).map(|p| &*p.value).collect::<String>();
        assert_eq!(values(Name::Attendee), "35");
        assert_eq!(values(Name::Other), "12");
        assert_eq!(values(Name::Uid), "4");
        assert_eq!(values(Name::Summary), "");
        assert_eq!(table.get(Name::Attendee).unwrap().value, "3");
        assert_eq!(table.get(Name::Summary), None);
        assert!(table.has_several(Name::Attendee) && !table.has_several(Name::Uid));
    }
}
