//! Names of time zones: Windows names to IANA names and back, and the many spellings of a TZID.
//!
//! The table is CLDR's windowsZones, kept as text beside this file. Windows to IANA is one to one (territory 001);
//! the reverse is many to one, so a zone must never be round-tripped through a Windows name.

mod matching;

use std::{collections::HashMap, sync::LazyLock};

use calendar::Zone;

pub(crate) use matching::in_known_zones;

const TABLE: &str = include_str!("zones/windows_zones.txt");

struct Tables {
    iana: HashMap<String, &'static str>,
    windows: HashMap<String, &'static str>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut tables = Tables {
        iana: HashMap::new(),
        windows: HashMap::new(),
    };
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let mut names = line.split('\t');
        let (Some(windows), Some(primary)) = (names.next(), names.next()) else {
            continue;
        };
        tables.iana.insert(windows.to_ascii_lowercase(), primary);
        for iana in std::iter::once(primary).chain(names) {
            // The first line wins: retired names come last and are never written.
            tables
                .windows
                .entry(iana.to_ascii_lowercase())
                .or_insert(windows);
        }
    }
    tables
});

/// The IANA zone of each Windows name, in the order of the table.
static PRIMARY: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split('\t').nth(1)).collect()
});

/// The IANA zone of a Windows time zone name, in any letter case.
///
/// ```
/// use kalends_protocols::zones::windows_to_iana;
/// assert_eq!(windows_to_iana("W. Europe Standard Time"), Some("Europe/Berlin"));
/// assert_eq!(windows_to_iana("Europe/Berlin"), None);
/// ```
pub fn windows_to_iana(name: &str) -> Option<&'static str> {
    TABLES.iana.get(&name.trim().to_ascii_lowercase()).copied()
}

/// The Windows name of an IANA zone or alias, in any letter case. Some zones have none (`Antarctica/Troll`).
///
/// ```
/// use kalends_protocols::zones::iana_to_windows;
/// assert_eq!(iana_to_windows("Europe/Kiev"), iana_to_windows("Europe/Kyiv"));
/// assert_eq!(iana_to_windows("Antarctica/Troll"), None);
/// ```
pub fn iana_to_windows(name: &str) -> Option<&'static str> {
    TABLES
        .windows
        .get(&name.trim().to_ascii_lowercase())
        .copied()
}

/// The zone that a name from outside means: an IANA name or alias, a Windows name, or a path that ends in an IANA
/// name (`/freeassociation.sourceforge.net/Europe/Berlin`, `/mozilla.org/20050126_1/America/New_York`).
///
/// `None`: the name alone does not say; look at the VTIMEZONE.
pub fn zone_named(tzid: &str) -> Option<Zone> {
    let name = tzid.trim().trim_matches('"');
    if name.is_empty() {
        return None;
    }
    if let Some(zone) = Zone::iana(name) {
        return Some(zone);
    }
    if let Some(iana) = windows_to_iana(name) {
        return Zone::iana(iana);
    }
    // Olson names have one to three parts. The longest suffix is tried first: «America/Indiana/Knox» before «Knox».
    let parts: Vec<&str> = name.split('/').collect();
    (2..=3)
        .rev()
        .filter(|n| parts.len() > *n)
        .find_map(|n| Zone::iana(&parts[parts.len() - n..].join("/")))
        .or_else(|| {
            let last = *parts.last()?;
            (parts.len() > 1)
                .then(|| windows_to_iana(last).and_then(Zone::iana))
                .flatten()
        })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_windows_name_means_a_zone_of_the_database_and_comes_back() {
        let current: Vec<_> = TABLE
            .lines()
            .take_while(|line| !line.contains("retired"))
            .filter(|line| !line.starts_with('#'))
            .collect();
        assert!(current.len() >= 139, "{} names", current.len());
        for line in current {
            let windows = line.split('\t').next().unwrap();
            let iana = windows_to_iana(windows).unwrap();
            assert!(Zone::iana(iana).is_some(), "{windows} → {iana}");
            assert_eq!(iana_to_windows(iana), Some(windows));
        }
    }

    #[test]
    fn every_listed_name_finds_its_windows_name_and_no_inhabited_zone_is_missing() {
        let current = || {
            TABLE
                .lines()
                .take_while(|line| !line.contains("retired"))
                .filter(|line| !line.starts_with('#'))
        };
        let mut listed = std::collections::BTreeSet::new();
        for line in current() {
            let mut names = line.split('\t');
            let windows = names.next().unwrap();
            for iana in names {
                assert!(listed.insert(iana), "{iana} is there twice");
                assert_eq!(iana_to_windows(iana), Some(windows), "{iana}");
                assert_eq!(iana_to_windows(&iana.to_uppercase()), Some(windows));
            }
        }
        // As many as CLDR 48 has with all aliases: nothing fell off the end of a line.
        assert_eq!(listed.len(), 598);
        // Where people live every zone has one; a database newer than CLDR may know a few more.
        let regions = [
            "Africa/",
            "America/",
            "Asia/",
            "Australia/",
            "Europe/",
            "Pacific/",
        ];
        let missing: Vec<String> = jiff::tz::db()
            .available()
            .map(|name| name.to_string())
            .filter(|name| regions.iter().any(|region| name.starts_with(region)))
            .filter(|name| iana_to_windows(name).is_none())
            .collect();
        assert!(missing.len() < 4, "{missing:?}");
    }

    #[test]
    fn retired_names_are_read_only() {
        assert_eq!(
            windows_to_iana("Kamchatka Standard Time"),
            Some("Asia/Kamchatka")
        );
        assert_eq!(
            iana_to_windows("Asia/Kamchatka"),
            Some("Russia Time Zone 11")
        );
        assert_eq!(iana_to_windows("UTC"), Some("UTC"));
    }

    #[test]
    fn tzids_of_every_style() {
        for (tzid, name) in [
            ("Europe/Berlin", "Europe/Berlin"),
            ("europe/berlin", "Europe/Berlin"),
            (
                "/freeassociation.sourceforge.net/Europe/Berlin",
                "Europe/Berlin",
            ),
            (
                "/mozilla.org/20050126_1/America/Indiana/Knox",
                "America/Indiana/Knox",
            ),
            (
                "/citadel.org/20211207_1/America/Argentina/Ushuaia",
                "America/Argentina/Ushuaia",
            ),
            ("W. Europe Standard Time", "Europe/Berlin"),
            ("\"Eastern Standard Time\"", "America/New_York"),
            ("UTC", "Etc/UTC"),
            ("Etc/UTC", "Etc/UTC"),
            ("tzone://Microsoft/Utc", "Etc/UTC"),
        ] {
            assert_eq!(zone_named(tzid).unwrap().name(), name, "{tzid}");
        }
        for tzid in [
            "",
            "Customized Time Zone",
            "tzone://Microsoft/Custom",
            "/a/b",
        ] {
            assert_eq!(zone_named(tzid), None, "{tzid}");
        }
    }
}
