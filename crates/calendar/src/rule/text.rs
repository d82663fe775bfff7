//! RRULE values as text (RFC 5545 3.3.10, RFC 7529).

use std::{fmt, str::FromStr};

use jiff::{
    civil::{Date, DateTime, Time},
    tz::Offset,
};

use super::{Frequency, NthWeekday, Rule, Skip, Until, weekday};
use crate::{Loss, Mapped};

/// Longest text that is looked at, in bytes. All lists full at once stay below it.
const TEXT_MAX: usize = 16 * 1024;

/// Why a text is no recurrence rule.
///
/// ```
/// use kalends_calendar::{BadRule, Rule};
/// assert_eq!("COUNT=3".parse::<Rule>(), Err(BadRule::NoFrequency));
/// let error = "FREQ=DAILY;BYHOUR=24".parse::<Rule>().expect_err("there is no such hour");
/// assert_eq!(error.to_string(), "BYHOUR=24 is outside of what RFC 5545 allows for BYHOUR");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRule {
    /// There is no FREQ, or the text is longer than 16 KiB.
    #[error("a recurrence rule needs FREQ and at most 16 KiB")]
    NoFrequency,
    /// A part has a value outside of what RFC 5545 3.3.10 allows.
    #[error("{part}={value} is outside of what RFC 5545 allows for {part}")]
    Value {
        /// The part, such as `BYMONTH`.
        part: String,
        /// Its beginning.
        value: String,
    },
    /// A part occurs twice, with different values.
    #[error("{0} occurs twice; a part must occur once")]
    Twice(String),
    /// Something between semicolons is not `NAME=value`, or the name is none of RFC 5545 and RFC 7529.
    #[error("«{0}» is no part of a recurrence rule")]
    Part(String),
}

impl FromStr for Rule {
    type Err = BadRule;

    /// Any order and letter case; what [`Rule::parse_lenient`] warns of is accepted in silence.
    fn from_str(text: &str) -> Result<Self, BadRule> {
        Self::parse_lenient(text).map(|mapped| mapped.value)
    }
}

impl Rule {
    /// Reads a rule and says what was bent to make it one that RFC 5545 allows: COUNT next to UNTIL, COUNT=-1, a
    /// part that says the same twice, numbers in BYDAY and parts where they have no meaning, parts of other dialects (`X-…`).
    ///
    /// ```
    /// use kalends_calendar::Rule;
    /// let read = Rule::parse_lenient("byday=2MO;freq=weekly")?;
    /// assert_eq!(read.value.to_string(), "FREQ=WEEKLY;BYDAY=MO");
    /// assert_eq!(read.losses.len(), 1);
    /// # Ok::<(), kalends_calendar::BadRule>(())
    /// ```
    pub fn parse_lenient(text: &str) -> Result<Mapped<Self>, BadRule> {
        let mut read = Reader {
            text,
            rule: Self::every(Frequency::Yearly),
            seen: 0,
            again: 0,
            losses: Vec::new(),
        };
        if text.len() > TEXT_MAX {
            return Err(BadRule::NoFrequency);
        }
        for part in text
            .trim()
            .split(';')
            .filter(|part| !part.trim().is_empty())
        {
            let (name, value) = part
                .split_once('=')
                .ok_or_else(|| BadRule::Part(head(part)))?;
            read.part(name.trim(), value.trim())?;
        }
        if read.seen & 1 == 0 {
            return Err(BadRule::NoFrequency);
        }
        read.settle();
        Ok(Mapped {
            value: read.rule,
            losses: read.losses,
        })
    }
}

/// The names of all parts, FREQ first.
const PARTS: [&str; 16] = [
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "WKST",
    "BYSECOND",
    "BYMINUTE",
    "BYHOUR",
    "BYDAY",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "BYSETPOS",
    "BYMONTH",
    "RSCALE",
    "SKIP",
];

struct Reader<'t> {
    text: &'t str,
    rule: Rule,
    /// Bit n: the nth of [`PARTS`] was there.
    seen: u32,
    /// Bit n: it was there again, and says the same wherever it is.
    again: u32,
    losses: Vec<Loss>,
}

impl Reader<'_> {
    fn part(&mut self, name: &str, value: &str) -> Result<(), BadRule> {
        let is_foreign = |prefix: &str| prefix.eq_ignore_ascii_case("X-");
        if name.get(..2).is_some_and(is_foreign) {
            self.bend("a part of another dialect", "left out");
            return Ok(());
        }
        let known = PARTS
            .iter()
            .position(|part| part.eq_ignore_ascii_case(name));
        let index = known.ok_or_else(|| BadRule::Part(head(&name.to_ascii_uppercase())))?;
        let part = PARTS[index];
        let rule = &mut self.rule;
        let read = match part {
            "FREQ" => frequency(value).map(|f| rule.frequency = f),
            "INTERVAL" => number(value, 1..=u32::MAX).map(|n| rule.interval = n),
            // Some write it for «without end».
            "COUNT" if value == "-1" => {
                self.bend("COUNT=-1", "read as no COUNT");
                Some(())
            }
            "COUNT" => number(value, 1..=u32::MAX).map(|n| rule.count = Some(n)),
            "UNTIL" => until(value).map(|u| rule.until = Some(u)),
            "WKST" => weekday::parse(value).map(|d| rule.week_start = d),
            "BYSECOND" => list(value, |v| number(v, 0..=60)).map(|l| rule.by_second = l),
            "BYMINUTE" => list(value, |v| number(v, 0..=59)).map(|l| rule.by_minute = l),
            "BYHOUR" => list(value, |v| number(v, 0..=23)).map(|l| rule.by_hour = l),
            "BYDAY" => list(value, nth_weekday).map(|l| rule.by_day = l),
            "BYMONTHDAY" => list(value, |v| signed(v, 31)).map(|l| rule.by_month_day = l),
            "BYYEARDAY" => list(value, |v| signed(v, 366)).map(|l| rule.by_year_day = l),
            "BYWEEKNO" => list(value, |v| signed(v, 53)).map(|l| rule.by_week_no = l),
            "BYSETPOS" => list(value, |v| signed(v, 366)).map(|l| rule.by_set_position = l),
            "BYMONTH" => months(value, rule),
            "RSCALE" => scale(value).map(|s| rule.rscale = Some(s)),
            _ => skip(value).map(|s| rule.skip = s),
        };
        read.ok_or_else(|| BadRule::Value {
            part: part.to_owned(),
            value: head(value),
        })?;
        if self.seen >> index & 1 == 1 && self.again >> index & 1 == 0 {
            if !self.says_nothing_but(part, value) {
                return Err(BadRule::Twice(part.to_owned()));
            }
            self.again |= 1 << index;
            self.bend("a part is there twice", "once, since it says the same");
        }
        self.seen |= 1 << index;
        Ok(())
    }

    /// Whether a part has this value wherever it is.
    fn says_nothing_but(&self, part: &str, value: &str) -> bool {
        let parts = self.text.split(';').filter_map(|p| p.split_once('='));
        let mut same = parts.filter(|(name, _)| name.trim().eq_ignore_ascii_case(part));
        same.all(|(_, other)| other.trim().eq_ignore_ascii_case(value))
    }

    /// What RFC 5545 forbids in combination.
    fn settle(&mut self) {
        // SKIP needs RSCALE (RFC 7529 4.1).
        if self.rule.skip != Skip::Omit && self.rule.rscale.is_none() {
            self.rule.rscale = Some("GREGORIAN".into());
        }
        let frequency = self.rule.frequency;
        let numbers = match frequency {
            Frequency::Monthly => true,
            Frequency::Yearly => self.rule.by_week_no.is_empty(),
            _ => false,
        };
        if !numbers && self.rule.by_day.iter().any(|d| d.nth.is_some()) {
            let days = self.rule.by_day.iter().map(|d| NthWeekday::every(d.day));
            self.rule.by_day = days.collect();
            self.bend(
                "BYDAY has numbers where they mean nothing",
                "weekdays without numbers",
            );
        }
        if self.rule.count.is_some() && self.rule.until.is_some() {
            self.rule.count = None;
            self.bend("COUNT and UNTIL exclude each other", "UNTIL alone");
        }
        let yearly = frequency == Frequency::Yearly;
        let misplaced = [
            (
                !yearly && !self.rule.by_week_no.is_empty(),
                "BYWEEKNO outside of YEARLY",
            ),
            (
                frequency == Frequency::Weekly && !self.rule.by_month_day.is_empty(),
                "BYMONTHDAY in WEEKLY",
            ),
            (
                (Frequency::Daily..Frequency::Yearly).contains(&frequency)
                    && !self.rule.by_year_day.is_empty(),
                "BYYEARDAY in DAILY, WEEKLY or MONTHLY",
            ),
        ];
        for (_, reason) in misplaced.iter().filter(|(found, _)| *found) {
            self.bend(reason, "read as a filter");
        }
    }

    fn bend(&mut self, reason: &str, fallback: &str) {
        self.losses
            .push(Loss::new("recurrenceRules", reason, fallback));
    }
}

fn head(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Digits with an optional plus sign, in range.
fn number<T: FromStr + PartialOrd>(text: &str, range: std::ops::RangeInclusive<T>) -> Option<T> {
    text.parse().ok().filter(|n| range.contains(n))
}

/// −limit to limit without 0.
fn signed<T: TryFrom<i16>>(text: &str, limit: i16) -> Option<T> {
    let n = number(text, -limit..=limit).filter(|n| *n != 0)?;
    n.try_into().ok()
}

fn list<T, S: FromIterator<T>>(text: &str, item: impl Fn(&str) -> Option<T>) -> Option<S> {
    text.split(',').map(|v| item(v.trim())).collect()
}

fn nth_weekday(text: &str) -> Option<NthWeekday> {
    let (nth, day) = text.split_at_checked(text.len().checked_sub(2)?)?;
    Some(NthWeekday {
        nth: match nth {
            "" => None,
            nth => Some(signed(nth, 53)?),
        },
        day: weekday::parse(day)?,
    })
}

fn months(text: &str, rule: &mut Rule) -> Option<()> {
    for month in text.split(',') {
        let month = month.trim();
        match month.strip_suffix(['L', 'l']) {
            Some(month) => rule.by_leap_month.insert(number(month, 1..=13)?),
            None => rule.by_month.insert(number(month, 1..=13)?),
        };
    }
    // Only some calendars of RFC 7529 have a thirteenth month; RSCALE may come after this part.
    Some(())
}

fn scale(text: &str) -> Option<Box<str>> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let fits = !text.is_empty() && text.len() <= 40 && text.chars().all(is_name);
    fits.then(|| text.to_ascii_uppercase().into())
}

const FREQUENCIES: [(&str, Frequency); 7] = [
    ("SECONDLY", Frequency::Secondly),
    ("MINUTELY", Frequency::Minutely),
    ("HOURLY", Frequency::Hourly),
    ("DAILY", Frequency::Daily),
    ("WEEKLY", Frequency::Weekly),
    ("MONTHLY", Frequency::Monthly),
    ("YEARLY", Frequency::Yearly),
];

fn frequency(text: &str) -> Option<Frequency> {
    let found = FREQUENCIES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text));
    found.map(|(_, frequency)| *frequency)
}

fn skip(text: &str) -> Option<Skip> {
    match text.to_ascii_uppercase().as_str() {
        "OMIT" => Some(Skip::Omit),
        "BACKWARD" => Some(Skip::Backward),
        "FORWARD" => Some(Skip::Forward),
        _ => None,
    }
}

/// `20261231`, `20261231T235959` or `20261231T235959Z`.
fn until(text: &str) -> Option<Until> {
    let text = text.to_ascii_uppercase();
    let (local, utc) = match text.strip_suffix('Z') {
        Some(local) => (local, true),
        None => (text.as_str(), false),
    };
    let Some((date, time)) = local.split_once('T') else {
        return (!utc).then_some(Until::Date(civil_date(local)?));
    };
    let [h, m, s] = digits::<3>(time, [2, 2, 2])?;
    // A leap second is the second before it to a civil clock.
    let time = Time::new(
        small(h)?,
        small(m)?,
        small(if s == 60 { 59 } else { s })?,
        0,
    )
    .ok()?;
    let local = civil_date(date)?.to_datetime(time);
    if utc {
        Some(Until::Utc(Offset::UTC.to_timestamp(local).ok()?))
    } else {
        Some(Until::Local(local))
    }
}

fn civil_date(text: &str) -> Option<Date> {
    let [y, m, d] = digits::<3>(text, [4, 2, 2])?;
    Date::new(y.try_into().ok()?, small(m)?, small(d)?).ok()
}

fn small(n: u32) -> Option<i8> {
    n.try_into().ok()
}

/// Numbers of these widths, one after the other, and nothing else.
fn digits<const N: usize>(text: &str, widths: [usize; N]) -> Option<[u32; N]> {
    if text.len() != widths.iter().sum::<usize>() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut numbers = [0; N];
    let mut at = 0;
    for (number, width) in numbers.iter_mut().zip(widths) {
        *number = text.get(at..at + width)?.parse().ok()?;
        at += width;
    }
    Some(numbers)
}

impl fmt::Display for Rule {
    /// The parts in the order of RFC 5545 3.3.10, those with their default value left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.rscale, self.skip) {
            (Some(scale), _) => write!(f, "RSCALE={scale};")?,
            // SKIP needs RSCALE (RFC 7529 4.1).
            (None, Skip::Backward | Skip::Forward) => f.write_str("RSCALE=GREGORIAN;")?,
            (None, Skip::Omit) => {}
        }
        let frequency = FREQUENCIES.iter().find(|(_, f)| *f == self.frequency);
        write!(f, "FREQ={}", frequency.map_or("", |(name, _)| name))?;
        match self.until {
            Some(Until::Date(date)) => write!(f, ";UNTIL={}", date.strftime("%Y%m%d"))?,
            Some(Until::Local(local)) => write!(f, ";UNTIL={}", basic(local))?,
            Some(Until::Utc(at)) => {
                write!(f, ";UNTIL={}Z", basic(Offset::UTC.to_datetime(at)))?;
            }
            None => {}
        }
        if let Some(count) = self.count {
            write!(f, ";COUNT={count}")?;
        }
        if self.interval > 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        join(f, "BYSECOND", &self.by_second)?;
        join(f, "BYMINUTE", &self.by_minute)?;
        join(f, "BYHOUR", &self.by_hour)?;
        join(f, "BYDAY", &self.by_day)?;
        join(f, "BYMONTHDAY", &self.by_month_day)?;
        join(f, "BYYEARDAY", &self.by_year_day)?;
        join(f, "BYWEEKNO", &self.by_week_no)?;
        let leap = self.by_leap_month.iter().map(|m| format!("{m}L"));
        join(
            f,
            "BYMONTH",
            self.by_month.iter().map(|m| m.to_string()).chain(leap),
        )?;
        join(f, "BYSETPOS", &self.by_set_position)?;
        if self.week_start != jiff::civil::Weekday::Monday {
            write!(
                f,
                ";WKST={}",
                weekday::name(self.week_start).to_ascii_uppercase()
            )?;
        }
        match self.skip {
            Skip::Omit => Ok(()),
            Skip::Backward => f.write_str(";SKIP=BACKWARD"),
            Skip::Forward => f.write_str(";SKIP=FORWARD"),
        }
    }
}

fn basic(local: DateTime) -> jiff::fmt::strtime::Display<'static> {
    local.strftime("%Y%m%dT%H%M%S")
}

fn join<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    items: impl IntoIterator<Item = T>,
) -> fmt::Result {
    for (index, item) in items.into_iter().enumerate() {
        if index == 0 {
            write!(f, ";{name}={item}")?;
        } else {
            write!(f, ",{item}")?;
        }
    }
    Ok(())
}

impl fmt::Display for NthWeekday {
    /// `MO`, `2MO`, `-1SU`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(nth) = self.nth {
            write!(f, "{nth}")?;
        }
        f.write_str(&weekday::name(self.day).to_ascii_uppercase())
    }
}
