//! Whether a filter lets an event pass.

use calendar::{Event, Override, Participation, Window, busy::Policy};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use super::{AllDay, Context, Filter, Horizon, Words};
use crate::loose;

/// How many occurrences of a series are looked at: a daily one's for four years. One that has not met the filter's hours by
/// then is taken not to.
const OCCURRENCES_MAX: usize = 1_500;

impl Filter {
    /// Whether the event passes.
    pub fn lets(&self, event: &Event, context: &Context<'_>) -> bool {
        if self.is_open() {
            return true;
        }
        if (self.skip_if_invited && context.invited) || !self.takes_answer(context.answer) {
            return false;
        }
        let window = self.horizon.window(context);
        self.takes(event) && self.meets_plain(event, window, context)
            || self.meets_changed(event, window, context)
    }

    /// Whether an occurrence that is as the event itself says is in time.
    fn meets_plain(&self, event: &Event, window: Window, context: &Context<'_>) -> bool {
        let changed = |id| matches!(event.overrides.get(&id), Some(Override::Patch(_)));
        event
            .occurrences(window, context.zone)
            .take(OCCURRENCES_MAX)
            .filter(|occurrence| !occurrence.id.is_some_and(changed))
            .any(|occurrence| self.is_in_time(&occurrence.when, context.zone))
    }

    /// Whether an occurrence that was changed by itself passes.
    fn meets_changed(&self, event: &Event, window: Window, context: &Context<'_>) -> bool {
        let mut series = event.clone();
        series.overrides.clear();
        event.overrides.iter().any(|(id, change)| {
            let (Override::Patch(patch), Some(mut one)) = (change, series.occurrence(*id)) else {
                return false;
            };
            patch.apply(&mut one);
            let (start, end) = (
                one.when.start_instant(context.zone),
                one.when.end_instant(context.zone),
            );
            window.touches(start, end)
                && self.takes(&one)
                && self.is_in_time(&one.when, context.zone)
        })
    }

    fn takes_answer(&self, answer: Option<Participation>) -> bool {
        // Whoever sent somebody else does not come.
        let answer = match answer.unwrap_or(Participation::Accepted) {
            Participation::Delegated => Participation::Declined,
            answer => answer,
        };
        self.answers.is_empty() || self.answers.contains(&answer)
    }

    /// Whether it passes by what it is about.
    fn takes(&self, event: &Event) -> bool {
        let all_day = event.when.is_all_day();
        let busy = || Policy::default().counts(event.status, event.busy, all_day);
        let category = |word: &str| event.categories.iter().any(|own| folded(own) == word);
        (!self.busy_only || busy()) && self.categories.hold(category) && {
            let said = if self.text == Words::default() {
                String::new()
            } else {
                said(event)
            };
            self.text.hold(|word| said.contains(word))
        }
    }

    /// Whether it passes by its time of day.
    fn is_in_time(&self, when: &calendar::When, zone: &TimeZone) -> bool {
        let as_day = match self.all_day {
            AllDay::Include => true,
            AllDay::Exclude => !when.is_all_day(),
            AllDay::Only => when.is_all_day(),
        };
        as_day && self.hours.as_ref().is_none_or(|h| h.meet(when, zone))
    }
}

impl Words {
    fn hold(&self, has: impl Fn(&str) -> bool) -> bool {
        let has = |word: &String| has(&folded(word));
        (self.any_of.is_empty() || self.any_of.iter().any(has)) && !self.none_of.iter().any(has)
    }
}

impl Horizon {
    fn window(self, context: &Context<'_>) -> Window {
        let zone = context.zone;
        let today = zone.to_datetime(context.now).date();
        let back = self.back.map(|days| -i64::from(days));
        let ahead = self.ahead.map(|days| i64::from(days) + 1);
        Window {
            from: back.map_or(Timestamp::MIN, |days| midnight(today, days, zone)),
            to: ahead.map_or(Timestamp::MAX, |days| midnight(today, days, zone)),
        }
    }
}

/// The beginning of the day so many days after `today`.
fn midnight(today: Date, days: i64, zone: &TimeZone) -> Timestamp {
    let day = today
        .saturating_add(days.days())
        .to_datetime(jiff::civil::Time::midnight());
    // The last days of the calendar have instants in no zone but west of Greenwich.
    let instant = zone.to_ambiguous_timestamp(day).compatible();
    instant.unwrap_or(if days < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

/// All that people read of an event.
fn said(event: &Event) -> String {
    let places = event.places.iter().map(|place| place.name.as_str());
    let text = loose::canonical(&event.text);
    let all: Vec<&str> = [event.title.as_str(), text.as_str()]
        .into_iter()
        .chain(places)
        .collect();
    // Words do not run on from one into the next.
    all.iter()
        .map(|part| folded(part))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Letter case and spaces do not count.
fn folded(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase()
}
