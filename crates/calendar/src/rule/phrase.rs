//! What there is to say about a rule, without words: the phrases that a language puts into a sentence.

use jiff::civil::{Date, DateTime, Time, Weekday};

use super::{Frequency, NthWeekday, Rule, Skip, Until};
use crate::{When, recurrence::explicit};

/// Times of the day that are listed one by one; more are said as hours, minutes and seconds.
const TIMES_MAX: usize = 12;

/// One thing that a rule says, in the order in which it is told. What the rule takes from its start is filled in.
///
/// All that select days, times or months must hold together; each of them names alternatives.
///
/// ```
/// use kalends_calendar::{Frequency, Phrase, Rule, When};
/// let rule: Rule = "FREQ=DAILY;INTERVAL=3".parse()?;
/// let start = When::all_day("2026-12-01".parse()?, 1);
/// assert_eq!(rule.phrases(&start), [Phrase::Every { interval: 3, unit: Frequency::Daily }]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phrase {
    /// FREQ and INTERVAL.
    Every {
        /// INTERVAL.
        interval: u32,
        /// FREQ.
        unit: Frequency,
    },
    /// BYMONTHDAY: days of the month, from its end if negative.
    MonthDays(Vec<i8>),
    /// BYYEARDAY: days of the year, from its end if negative.
    YearDays(Vec<i16>),
    /// BYDAY.
    Weekdays {
        /// The weekdays; where they have numbers, these count within `of`.
        days: Vec<NthWeekday>,
        /// Monthly or yearly.
        of: Frequency,
    },
    /// BYWEEKNO: weeks of the year, from its end if negative.
    Weeks(Vec<i8>),
    /// BYMONTH: the number, and whether it is a leap month (RFC 7529).
    Months(Vec<(u8, bool)>),
    /// BYHOUR, BYMINUTE and BYSECOND as times of the day.
    Times(Vec<Time>),
    /// BYHOUR where it is not among the times.
    Hours(Vec<u8>),
    /// BYMINUTE where it is not among the times.
    Minutes(Vec<u8>),
    /// BYSECOND where it is not among the times.
    Seconds(Vec<u8>),
    /// Of a frequency below a day only what falls on midnight counts: the event is whole days.
    Midnights,
    /// BYSETPOS: which ones of each period, from its end if negative.
    Positions {
        /// The positions.
        positions: Vec<i16>,
        /// The period.
        unit: Frequency,
    },
    /// WKST, where it matters.
    WeekStart(Weekday),
    /// RSCALE, other than the Gregorian calendar.
    Scale(String),
    /// SKIP, other than leaving out what does not exist.
    Skip(Skip),
    /// COUNT.
    Count(u32),
    /// UNTIL, where a day says it all: nothing after this day.
    UntilDay(Date),
    /// UNTIL in local time, inclusive.
    UntilTime(DateTime),
}

impl Rule {
    /// What there is to say about the rule of an event that starts at `start`. [`Rule::describe`] puts it into words.
    ///
    /// ```
    /// use kalends_calendar::{Phrase, Rule, When};
    /// let rule: Rule = "FREQ=MONTHLY;COUNT=3".parse()?;
    /// let start = When::all_day("2026-12-24".parse()?, 1);
    /// assert_eq!(rule.phrases(&start)[1..], [Phrase::MonthDays(vec![24]), Phrase::Count(3)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn phrases(&self, start: &When) -> Vec<Phrase> {
        let full = explicit(self, start);
        let unit = self.frequency;
        let interval = self.interval.max(1);
        let mut phrases = vec![Phrase::Every { interval, unit }];
        let whole_days = start.is_all_day();
        full.say_days(&mut phrases);
        if whole_days {
            let below = unit < Frequency::Daily;
            phrases.extend(below.then_some(Phrase::Midnights));
        } else if self.has_time_parts() {
            full.say_times(&mut phrases);
        }
        if !self.by_set_position.is_empty() {
            let positions = self.by_set_position.iter().collect();
            phrases.push(Phrase::Positions { positions, unit });
        }
        let weeks = unit == Frequency::Weekly && (interval > 1 || !self.by_set_position.is_empty());
        if self.week_start != Weekday::Monday && (weeks || !self.by_week_no.is_empty()) {
            phrases.push(Phrase::WeekStart(self.week_start));
        }
        let gregorian = |scale: &&str| !scale.eq_ignore_ascii_case("GREGORIAN");
        let scale = self.rscale.as_deref().filter(gregorian);
        phrases.extend(scale.map(|scale| Phrase::Scale(scale.to_owned())));
        phrases.extend((self.skip != Skip::Omit).then_some(Phrase::Skip(self.skip)));
        phrases.extend(self.count.map(Phrase::Count));
        phrases.extend(self.until.map(|until| self.until_phrase(until, start)));
        phrases
    }

    fn say_days(&self, phrases: &mut Vec<Phrase>) {
        if !self.by_month_day.is_empty() {
            let days = self.by_month_day.iter().collect();
            phrases.push(Phrase::MonthDays(days));
        }
        if !self.by_year_day.is_empty() {
            phrases.push(Phrase::YearDays(self.by_year_day.iter().collect()));
        }
        if !self.by_day.is_empty() {
            let yearly = self.frequency == Frequency::Yearly;
            // RFC 5545 3.3.10: elsewhere the weekday alone counts.
            let numbers =
                self.frequency == Frequency::Monthly || (yearly && self.by_week_no.is_empty());
            let in_year = yearly && self.by_month.is_empty();
            let days = self.by_day.iter().map(|day| {
                if numbers {
                    day
                } else {
                    NthWeekday::every(day.day)
                }
            });
            let mut days: Vec<NthWeekday> = days.collect();
            days.dedup();
            let of = if in_year {
                Frequency::Yearly
            } else {
                Frequency::Monthly
            };
            phrases.push(Phrase::Weekdays { days, of });
        }
        if !self.by_week_no.is_empty() {
            phrases.push(Phrase::Weeks(self.by_week_no.iter().collect()));
        }
        let months = self.by_month.iter().map(|month| (month, false));
        let leap = self.by_leap_month.iter().map(|month| (month, true));
        let mut months: Vec<(u8, bool)> = months.chain(leap).collect();
        months.sort_unstable();
        phrases.extend((!months.is_empty()).then_some(Phrase::Months(months)));
    }

    fn has_time_parts(&self) -> bool {
        !(self.by_hour.is_empty() && self.by_minute.is_empty() && self.by_second.is_empty())
    }

    /// `self` has its time parts filled in.
    fn say_times(&self, phrases: &mut Vec<Phrase>) {
        let all = self.by_hour.iter().flat_map(|hour| {
            let minutes = self.by_minute.iter();
            minutes.flat_map(move |minute| self.by_second.iter().map(move |s| (hour, minute, s)))
        });
        let few = self.by_hour.len() * self.by_minute.len() * self.by_second.len() <= TIMES_MAX;
        if self.frequency >= Frequency::Daily && few {
            let small = |n: u8| i8::try_from(n).unwrap_or(i8::MAX);
            let time = |(h, m, s)| Time::new(small(h), small(m), small(s), 0).ok();
            // One that no day has (BYSECOND=60) is said by its parts.
            if let Some(times) = all.map(time).collect() {
                phrases.push(Phrase::Times(times));
                return;
            }
        }
        for (part, phrase) in [
            (&self.by_hour, Phrase::Hours as fn(Vec<u8>) -> Phrase),
            (&self.by_minute, Phrase::Minutes),
            (&self.by_second, Phrase::Seconds),
        ] {
            if !part.is_empty() {
                phrases.push(phrase(part.iter().collect()));
            }
        }
    }

    /// UNTIL: a day where all instances have the time of the start, else a time.
    fn until_phrase(&self, until: Until, start: &When) -> Phrase {
        let local = match until {
            Until::Date(date) => date.at(0, 0, 0, 0),
            Until::Local(local) => local,
            Until::Utc(at) => match start.zone() {
                Some(zone) => zone.to_local(at),
                None => at.to_zoned(jiff::tz::TimeZone::UTC).datetime(),
            },
        };
        let own = start.local_start().time();
        let one_time = start.is_all_day() || !self.has_time_parts();
        if self.frequency < Frequency::Daily || !one_time {
            return Phrase::UntilTime(local);
        }
        let last = local.date().to_datetime(own);
        let is_in = match (until, start.zone()) {
            (Until::Utc(at), Some(zone)) => zone.to_instant(last) <= at,
            _ => last <= local,
        };
        if is_in {
            return Phrase::UntilDay(local.date());
        }
        match local.date().yesterday() {
            Ok(before) => Phrase::UntilDay(before),
            Err(_) => Phrase::UntilTime(local),
        }
    }
}
