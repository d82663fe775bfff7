//! When an event takes up time, as far as it may still meet another one.

use calendar::{
    Event, Override, Participation, People, Window,
    busy::{Policy, busy},
};
use jiff::{Timestamp, tz::TimeZone};
use storage::{
    copies::{self, Shape},
    spans::{self, SPAN_MAX_US, Span},
};

use crate::{
    Result,
    links::{flow::Flow, sieve::Whose},
};

/// How far ahead series are looked at.
const AHEAD_DAYS: i64 = 180;
/// Most stretches of one event.
const SPANS_MAX: usize = 1_000;
const DAY_SECONDS: i64 = 86_400;

/// From yesterday on, days and all, so that it is the same all day; single events to the end of time, series as far as is
/// looked ahead.
pub(super) fn window(now: Timestamp, series: bool) -> Window {
    let today = now.as_second().div_euclid(DAY_SECONDS);
    let day = |days: i64| Timestamp::from_second((today + days) * DAY_SECONDS);
    Window {
        from: day(-1).unwrap_or(Timestamp::MIN),
        to: if series {
            day(AHEAD_DAYS).unwrap_or(Timestamp::MAX)
        } else {
            Timestamp::MAX
        },
    }
}

impl Flow<'_> {
    /// Notes when a copy takes up time, if that is another time than before. `was` is the shape that it had.
    pub(crate) async fn occupy(&mut self, row: &copies::Row, was: Option<Shape>) -> Result<()> {
        let since = window(self.now, false).from.as_microsecond();
        let over = |shape: Shape| shape.end.is_some_and(|end| end < since);
        if row.projected || (over(row.shape) && was.is_none_or(over)) {
            return Ok(());
        }
        let (id, calendar) = (row.copy.id, row.copy.calendar);
        let event = &row.copy.local;
        let mut taken = Vec::new();
        if row.copy.alive && row.shape.admitted {
            // Most events have a zone and nobody has refused, and then it does not matter whose the calendar is.
            let asks = event.when.zone().is_none() || is_refused(event);
            let whose = if asks {
                Some(self.whose(calendar).await?)
            } else {
                None
            };
            taken = stretches(event, whose.as_deref(), self.now);
        }
        let before = match was {
            Some(_) => spans::of_copy(self.tx, id).await?,
            // It is new.
            None => Vec::new(),
        };
        if before != taken {
            spans::put(self.tx, id, calendar, &before, &taken).await?;
            self.tx.touched().copies.insert(id, calendar);
        }
        Ok(())
    }
}

/// Whether somebody stays away, from all of it or from an occurrence.
fn is_refused(event: &Event) -> bool {
    let refuse = |people: &People| people.values().any(|person| is_away(person.participation));
    let patched = |change: &Override| match change {
        Override::Patch(patch) => patch.people.as_ref().is_some_and(refuse),
        Override::Excluded => false,
    };
    refuse(&event.people) || event.overrides.values().any(patched)
}

fn is_away(answer: Participation) -> bool {
    matches!(answer, Participation::Declined | Participation::Delegated)
}

/// When an event takes up its owner's time: not where it is free, cancelled, or declined.
fn stretches(event: &Event, whose: Option<&Whose>, now: Timestamp) -> Vec<Span> {
    let absent = |event: &Event| {
        let answer = whose.and_then(|whose| whose.answer(event));
        answer.is_some_and(is_away)
    };
    let window = window(now, event.is_series());
    let zone = whose.map_or(TimeZone::UTC, |whose| whose.zone.clone());
    let policy = Policy::default();
    let stays_away = |id| event.occurrence(id).is_some_and(|one| absent(&one));
    let differs = |change: &Override| matches!(change, Override::Patch(p) if p.people.is_some());
    let mut taken = event.clone();
    for (id, change) in &mut taken.overrides {
        if differs(change) && stays_away(*id) {
            *change = Override::Excluded;
        }
    }
    if absent(event) {
        // Only occurrences to which they have said yes by themselves.
        taken.rules.clear();
        taken.overrides.retain(|_, change| differs(change));
        if taken.overrides.is_empty() {
            return Vec::new();
        }
        let start = taken.when.recurrence_id();
        taken.overrides.entry(start).or_insert(Override::Excluded);
    }
    let all = busy([&taken], window, &zone, policy);
    let pieces = all.seconds().iter().flat_map(|(from, to)| {
        let (from, to) = (from.saturating_mul(1_000_000), to.saturating_mul(1_000_000));
        let step = usize::try_from(SPAN_MAX_US).unwrap_or(usize::MAX);
        (from..to)
            .step_by(step)
            .map(move |start| (start, to.min(start + SPAN_MAX_US)))
    });
    pieces.take(SPANS_MAX).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use calendar::{Address, Duration, FreeBusy, Person, Status, When, Zone};

    use super::*;

    const NOW: &str = "2026-11-24T08:00:00Z";

    fn hours(event: &Event, whose: Option<&Whose>) -> Vec<String> {
        let now = NOW.parse().unwrap();
        let spans = stretches(event, whose, now).into_iter();
        let at = |us| Timestamp::from_microsecond(us).unwrap().to_string();
        let short = |text: String| text[5..16].to_owned();
        spans
            .map(|(from, to)| format!("{} {}", short(at(from)), short(at(to))))
            .collect()
    }

    fn at(start: &str, hours: u32) -> Event {
        let duration = Duration::hours(hours);
        Event::new(
            "a@x",
            When::zoned(start.parse().unwrap(), Zone::utc(), duration),
        )
    }

    fn ada() -> Whose {
        Whose {
            zone: TimeZone::get("Europe/Berlin").unwrap(),
            addresses: vec![Address::new("ada@example.com")],
        }
    }

    fn people(participation: Participation) -> People {
        let ada = Person {
            participation,
            ..Person::default()
        };
        [(Address::new("ada@example.com"), ada)].into()
    }

    #[test]
    fn what_takes_up_time_and_what_does_not() {
        let visit = at("2026-11-25T09:00:00", 1);
        assert_eq!(hours(&visit, None), ["11-25T09:00 11-25T10:00"]);
        let none = [
            Event {
                busy: FreeBusy::Free,
                ..visit.clone()
            },
            Event {
                status: Status::Cancelled,
                ..visit.clone()
            },
            Event {
                people: people(Participation::Declined),
                ..visit.clone()
            },
            at("2026-11-22T09:00:00", 1),
        ];
        for event in none {
            assert_eq!(hours(&event, Some(&ada())), [""; 0], "{event:?}");
        }
        let invited = Event {
            people: people(Participation::NeedsAction),
            ..visit
        };
        assert_eq!(hours(&invited, Some(&ada())).len(), 1);
    }

    #[test]
    fn long_events_are_kept_in_pieces_and_days_are_those_of_the_calendar() {
        let leave = Event::new("b@x", When::all_day("2026-11-25".parse().unwrap(), 2));
        assert_eq!(
            hours(&leave, Some(&ada())),
            ["11-24T23:00 11-25T23:00", "11-25T23:00 11-26T23:00"]
        );
    }

    #[test]
    fn of_a_series_those_occurrences_count_to_which_one_goes() {
        let mut series = at("2026-11-25T09:00:00", 1);
        series.rules.push("FREQ=WEEKLY;COUNT=3".parse().unwrap());
        let second = "2026-12-02T09:00:00".parse().unwrap();
        let answered = |series: &mut Event, participation| {
            let mut single = series.occurrence(second).unwrap();
            single.people = people(participation);
            series.set_occurrence(second, &single);
        };
        answered(&mut series, Participation::Declined);
        let first_and_third = ["11-25T09:00 11-25T10:00", "12-09T09:00 12-09T10:00"];
        assert_eq!(hours(&series, Some(&ada())), first_and_third);
        series.overrides.clear();
        series.people = people(Participation::Declined);
        assert_eq!(hours(&series, Some(&ada())), [""; 0]);
        answered(&mut series, Participation::Accepted);
        assert_eq!(hours(&series, Some(&ada())), ["12-02T09:00 12-02T10:00"]);
        // Without an end: as far as is looked ahead.
        let mut daily = at("2026-11-25T09:00:00", 1);
        daily.rules.push("FREQ=DAILY".parse().unwrap());
        assert_eq!(hours(&daily, None).len(), 179);
    }
}
