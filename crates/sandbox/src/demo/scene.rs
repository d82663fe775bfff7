//! What happens in the practice, as data. Days count from the Monday of this week; on a weekend, of the next one.

mod treatments;

use jiff::{
    ToSpan,
    civil::{Date, DateTime, Weekday},
};

use crate::Result;

/// Where the practice is.
pub const BERLIN: &str = "Europe/Berlin";
const NEW_YORK: &str = "America/New_York";

/// In which calendar an appointment is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// "Practice" in Google: the dentist's own appointments.
    Google,
    /// "Practice" in Microsoft 365: the hygienist's.
    Microsoft,
    /// "Practice" in iCloud: the front desk's.
    Caldav,
    /// "Private" in iCloud.
    Private,
}

/// An appointment.
#[derive(Clone, Debug, PartialEq)]
pub struct Appointment {
    /// In which calendar.
    pub place: Place,
    /// What it is called.
    pub title: String,
    /// Where it takes place.
    pub location: &'static str,
    /// A note; may be empty.
    pub note: &'static str,
    /// When.
    pub when: When,
    /// Every week, that is.
    pub series: Option<Series>,
    /// For its owner's eyes only.
    pub private: bool,
}

/// When an appointment takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// From a time on.
    Timed {
        /// Local start.
        start: DateTime,
        /// Length in minutes.
        minutes: i64,
        /// IANA zone of the start.
        zone: &'static str,
    },
    /// On whole days.
    Days {
        /// The first.
        first: Date,
        /// How many.
        days: i64,
    },
}

/// A weekly series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Series {
    /// How many occurrences.
    pub count: i64,
    /// Which occurrence (from 0) takes place how many hours later.
    pub moved: Option<(i64, i64)>,
    /// Which occurrence (from 0) was cancelled.
    pub cancelled: Option<i64>,
}

impl When {
    /// The same so many weeks and hours later.
    #[must_use]
    pub fn later(self, weeks: i64, hours: i64) -> Self {
        match self {
            Self::Timed {
                start,
                minutes,
                zone,
            } => Self::Timed {
                start: start
                    .saturating_add(weeks.weeks())
                    .saturating_add(hours.hours()),
                minutes,
                zone,
            },
            Self::Days { first, days } => Self::Days {
                first: first.saturating_add(weeks.weeks()),
                days,
            },
        }
    }

    /// Local start and end; days begin at midnight.
    pub fn span(self) -> (DateTime, DateTime) {
        match self {
            Self::Timed { start, minutes, .. } => (start, start.saturating_add(minutes.minutes())),
            Self::Days { first, days } => (
                first.at(0, 0, 0, 0),
                first.saturating_add(days.days()).at(0, 0, 0, 0),
            ),
        }
    }

    /// The start in UTC, as `20261124T080000Z`; days as `20261124`.
    pub fn stamp(self) -> Result<String> {
        Ok(match self {
            Self::Timed { start, zone, .. } => start
                .in_tz(zone)?
                .timestamp()
                .strftime("%Y%m%dT%H%M%SZ")
                .to_string(),
            Self::Days { first, .. } => first.strftime("%Y%m%d").to_string(),
        })
    }
}

/// The day itself, or on a weekend, when nobody is in the practice, the Monday after it.
pub fn working_day(today: Date) -> Date {
    let past_monday = i64::from(today.weekday().since(Weekday::Monday));
    let to_wait = if past_monday > 4 { 7 - past_monday } else { 0 };
    today.saturating_add(to_wait.days())
}

/// The Monday from which days are counted.
fn monday(today: Date) -> Date {
    let day = working_day(today);
    day.saturating_sub(i64::from(day.weekday().since(Weekday::Monday)).days())
}

/// Everything that happens around this day.
pub fn appointments(today: Date) -> Vec<Appointment> {
    let monday = monday(today);
    let mut all = treatments::of(monday);
    all.extend(routine(monday));
    all.extend(specials(monday));
    all.extend(private_life(monday));
    all
}

/// What comes every week.
fn routine(monday: Date) -> Vec<Appointment> {
    let series = |place, title: &str, day, hour, minute, minutes, series| Appointment {
        series: Some(series),
        ..plain(
            place,
            title.to_owned(),
            "Kitchen",
            berlin(monday, day, hour, minute, minutes),
        )
    };
    vec![
        // One huddle later because of the tax adviser, one not at all because of the leave.
        series(
            Place::Google,
            "Team huddle ☕",
            -7,
            8,
            0,
            20,
            Series {
                count: 6,
                moved: Some((1, 2)),
                cancelled: Some(3),
            },
        ),
        series(
            Place::Microsoft,
            "Sterilisation check",
            -4,
            16,
            30,
            30,
            Series {
                count: 5,
                moved: Some((2, -1)),
                cancelled: Some(1),
            },
        ),
        series(
            Place::Caldav,
            "Phone hour",
            -5,
            12,
            0,
            45,
            Series {
                count: 6,
                moved: Some((2, 1)),
                cancelled: Some(4),
            },
        ),
    ]
}

/// What comes once.
fn specials(monday: Date) -> Vec<Appointment> {
    let new_york = When::Timed {
        start: at(monday, 2, 10, 0),
        minutes: 45,
        zone: NEW_YORK,
    };
    let days = |day: i64, days: i64| When::Days {
        first: monday.saturating_add(day.days()),
        days,
    };
    vec![
        Appointment {
            note: "They are in New York; so it is in the afternoon here.",
            ..plain(
                Place::Google,
                "Call: Dentex Supplies, New York".to_owned(),
                "Video",
                new_york,
            )
        },
        plain(
            Place::Microsoft,
            "Leave: Ben 🏖️".to_owned(),
            "",
            days(14, 5),
        ),
        plain(
            Place::Caldav,
            "Compressor maintenance".to_owned(),
            "",
            days(4, 1),
        ),
        plain(
            Place::Google,
            "Congress: Implantology 🦷".to_owned(),
            "Hamburg",
            days(10, 2),
        ),
        plain(
            Place::Caldav,
            "ייעוץ: דנה ל.".to_owned(),
            "Room 2",
            berlin(monday, 3, 12, 0, 30),
        ),
        plain(
            Place::Microsoft,
            "استشارة: ليلى ح.".to_owned(),
            "Room 2",
            berlin(monday, 8, 9, 0, 30),
        ),
        Appointment {
            private: true,
            ..plain(
                Place::Google,
                "Salary talk".to_owned(),
                "Office",
                berlin(monday, 3, 17, 0, 45),
            )
        },
        plain(
            Place::Caldav,
            "Emergency slot 🚑".to_owned(),
            "Room 1",
            berlin(monday, 0, 16, 0, 30),
        ),
    ]
}

/// What Ada does apart from that.
fn private_life(monday: Date) -> Vec<Appointment> {
    let own = |title: &str, location, when| plain(Place::Private, title.to_owned(), location, when);
    vec![
        Appointment {
            series: Some(Series {
                count: 6,
                moved: None,
                cancelled: Some(2),
            }),
            ..own("Choir", "St. Marien", berlin(monday, -6, 18, 30, 90))
        },
        Appointment {
            private: true,
            ..own("Physiotherapy", "", berlin(monday, 2, 13, 0, 60))
        },
        own(
            "School: parents' evening",
            "Aula",
            berlin(monday, 3, 18, 0, 90),
        ),
        own(
            "Mother's birthday 🎂",
            "",
            When::Days {
                first: monday.saturating_add(5.days()),
                days: 1,
            },
        ),
        own("Car to the garage", "", berlin(monday, 8, 7, 30, 30)),
    ]
}

fn plain(place: Place, title: String, location: &'static str, when: When) -> Appointment {
    Appointment {
        place,
        title,
        location,
        note: "",
        when,
        series: None,
        private: false,
    }
}

fn berlin(monday: Date, day: i64, hour: i8, minute: i8, minutes: i64) -> When {
    When::Timed {
        start: at(monday, day, hour, minute),
        minutes,
        zone: BERLIN,
    }
}

fn at(monday: Date, day: i64, hour: i8, minute: i8) -> DateTime {
    monday.saturating_add(day.days()).at(hour, minute, 0, 0)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn every_app_has_its_share_and_every_kind_is_there() {
        let all = appointments(date(2026, 11, 25));
        assert!((110..=130).contains(&all.len()), "{}", all.len());
        for place in [
            Place::Google,
            Place::Microsoft,
            Place::Caldav,
            Place::Private,
        ] {
            assert!(
                all.iter().filter(|a| a.place == place).count() >= 5,
                "{place:?}"
            );
        }
        assert!(all.iter().any(|a| a.private));
        assert!(
            all.iter()
                .any(|a| matches!(a.when, When::Days { days: 2.., .. }))
        );
        assert!(
            all.iter()
                .any(|a| matches!(a.when, When::Timed { zone: NEW_YORK, .. }))
        );
        let series: Vec<Series> = all.iter().filter_map(|a| a.series).collect();
        assert!(
            series
                .iter()
                .any(|s| s.moved.is_some() && s.cancelled.is_some())
        );
        assert!(series.iter().all(|s| {
            s.moved
                .is_none_or(|(nth, _)| nth < s.count && Some(nth) != s.cancelled)
        }));
    }

    #[test]
    fn weeks_begin_on_monday_and_weekends_belong_to_the_next() {
        let this_week = appointments(date(2026, 11, 23));
        assert_eq!(appointments(date(2026, 11, 27)), this_week);
        let next_week = appointments(date(2026, 11, 30));
        assert_ne!(next_week, this_week);
        assert_eq!(appointments(date(2026, 11, 28)), next_week);
        assert_eq!(appointments(date(2026, 11, 29)), next_week);
    }

    /// What `/demo` shows, on whichever day it is opened: this working day and the next.
    #[test]
    fn every_day_has_appointments_today_and_tomorrow_and_something_private_ahead() {
        for day in 23..30 {
            let today = date(2026, 11, day);
            let all = appointments(today);
            let first = working_day(today);
            let second = working_day(first.saturating_add(1.days()));
            for shown in [first, second] {
                let shared = all.iter().filter(|a| {
                    a.place != Place::Private
                        && a.series.is_none()
                        && a.when.span().0.date() == shown
                });
                assert!(shared.count() >= 4, "{today}: few appointments on {shown}");
            }
            let private = all.iter().filter(|a| {
                a.place == Place::Private
                    && a.series.is_none()
                    && (today..=today.saturating_add(7.days())).contains(&a.when.span().0.date())
            });
            assert!(private.count() >= 1, "{today}: nothing private ahead");
        }
    }

    #[test]
    fn an_occurrence_can_be_moved_to_an_earlier_hour_of_its_day() {
        let first = When::Timed {
            start: date(2026, 11, 19).at(16, 30, 0, 0),
            minutes: 30,
            zone: BERLIN,
        };
        let (start, _) = first.later(2, -1).span();
        assert_eq!(start, date(2026, 12, 3).at(15, 30, 0, 0));
    }

    #[test]
    fn stamps_are_in_utc() {
        let summer = When::Timed {
            start: date(2026, 7, 1).at(9, 0, 0, 0),
            minutes: 1,
            zone: BERLIN,
        };
        assert_eq!(summer.stamp().unwrap_or_default(), "20260701T070000Z");
        assert_eq!(
            summer.later(20, 0).stamp().unwrap_or_default(),
            "20261118T080000Z"
        );
    }
}
