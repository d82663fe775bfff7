//! RecurrenceRule objects (RFC 8984 4.3.3).

use calendar::{Frequency, NthWeekday, Rule, Skip, Until, When, rule::weekday};
use jiff::civil::{Time, Weekday};
use serde_json::{Map, Value, json};

use super::{
    Error,
    object::{Gathered, Object},
};
use crate::icalendar::in_terms_of;

const FREQUENCIES: [(&str, Frequency); 7] = [
    ("yearly", Frequency::Yearly),
    ("monthly", Frequency::Monthly),
    ("weekly", Frequency::Weekly),
    ("daily", Frequency::Daily),
    ("hourly", Frequency::Hourly),
    ("minutely", Frequency::Minutely),
    ("secondly", Frequency::Secondly),
];

const SKIPS: [(&str, Skip); 3] = [
    ("omit", Skip::Omit),
    ("backward", Skip::Backward),
    ("forward", Skip::Forward),
];

/// Elements of one BY* list that are read; there are no more days in a year.
const LIST_MAX: usize = 800;

/// Writes a rule. `when` is that of its series.
pub fn write(rule: &Rule, when: &When) -> Value {
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| drop(out.insert(name.to_owned(), value));
    put("@type", "RecurrenceRule".into());
    if let Some((word, _)) = FREQUENCIES.iter().find(|(_, f)| *f == rule.frequency) {
        put("frequency", (*word).into());
    }
    if rule.interval != 1 {
        put("interval", rule.interval.into());
    }
    if let Some(scale) = &rule.rscale {
        put("rscale", scale.to_lowercase().into());
    }
    if rule.skip != Skip::Omit
        && let Some((word, _)) = SKIPS.iter().find(|(_, s)| *s == rule.skip)
    {
        put("skip", (*word).into());
    }
    if rule.week_start != Weekday::Monday {
        put("firstDayOfWeek", weekday::name(rule.week_start).into());
    }
    if !rule.by_day.is_empty() {
        put("byDay", rule.by_day.iter().map(write_day).collect());
    }
    let mut list = |name: &str, numbers: Vec<i64>| {
        if !numbers.is_empty() {
            put(name, numbers.into());
        }
    };
    list("byMonthDay", numbers(&rule.by_month_day));
    list("byYearDay", numbers(&rule.by_year_day));
    list("byWeekNo", numbers(&rule.by_week_no));
    list("byHour", numbers(&rule.by_hour));
    list("byMinute", numbers(&rule.by_minute));
    list("bySecond", numbers(&rule.by_second));
    list("bySetPosition", numbers(&rule.by_set_position));
    let leap = rule.by_leap_month.iter().map(|m| format!("{m}L"));
    let months = rule.by_month.iter().map(|m| m.to_string()).chain(leap);
    let months: Vec<Value> = months.map(Value::from).collect();
    if !months.is_empty() {
        put("byMonth", months.into());
    }
    if let Some(count) = rule.count {
        put("count", count.into());
    }
    if let Some(until) = rule.until {
        put("until", write_until(until, when).into());
    }
    out.into()
}

fn write_until(until: Until, when: &When) -> String {
    let local = match (in_terms_of(until, when), when) {
        (Until::Local(at), _) => at,
        (Until::Date(date), When::AllDay { .. }) => date.to_datetime(Time::midnight()),
        (Until::Date(date), When::Timed { .. }) => date.to_datetime(Time::constant(23, 59, 59, 0)),
        (Until::Utc(at), _) => match when.zone() {
            Some(zone) => zone.to_local(at),
            None => jiff::tz::Offset::UTC.to_datetime(at),
        },
    };
    local.to_string()
}

fn write_day(day: NthWeekday) -> Value {
    let mut out = json!({"@type": "NDay", "day": weekday::name(day.day)});
    if let Some(nth) = day.nth {
        out["nthOfPeriod"] = nth.into();
    }
    out
}

fn numbers<T: Into<i64>>(set: impl IntoIterator<Item = T>) -> Vec<i64> {
    set.into_iter().map(Into::into).collect()
}

/// Reads the rule at a path.
pub fn read(
    path: String,
    value: &Value,
    when: &When,
    gathered: &mut Gathered,
) -> Result<Rule, Error> {
    let mut object = Object::at(path, value)?;
    let frequency = object.required("frequency", |o, name| {
        o.word(
            name,
            &FREQUENCIES,
            "one of yearly, monthly, weekly, daily, hourly, minutely, secondly",
        )
    })?;
    let mut rule = Rule::every(frequency);
    if let Some(interval) = object.number("interval", 1, i64::from(u32::MAX))? {
        rule.interval = interval;
    }
    rule.rscale = object
        .string("rscale")?
        .map(|name| name.to_uppercase().into());
    if let Some(skip) = object.word("skip", &SKIPS, "one of omit, backward, forward")? {
        rule.skip = skip;
    }
    if rule.skip != Skip::Omit && rule.rscale.is_none() {
        // What it is where nothing else is said; in iCalendar that has to be said.
        rule.rscale = Some("GREGORIAN".into());
    }
    if let Some(day) = object.string("firstDayOfWeek")? {
        rule.week_start = weekday::parse(day)
            .ok_or_else(|| object.bad("firstDayOfWeek", "one of mo, tu, we, th, fr, sa, su"))?;
    }
    for (index, day) in object.array("byDay", LIST_MAX)?.iter().enumerate() {
        rule.by_day.insert(read_day(&object, index, day)?);
    }
    rule.by_month_day = list(&mut object, "byMonthDay", -31, 31)?;
    rule.by_year_day = list(&mut object, "byYearDay", -366, 366)?;
    rule.by_week_no = list(&mut object, "byWeekNo", -53, 53)?;
    rule.by_hour = list(&mut object, "byHour", 0, 23)?;
    rule.by_minute = list(&mut object, "byMinute", 0, 59)?;
    rule.by_second = list(&mut object, "bySecond", 0, 60)?;
    rule.by_set_position = list(&mut object, "bySetPosition", -366, 366)?;
    for month in object.array("byMonth", LIST_MAX)? {
        read_month(&mut rule, month)
            .ok_or_else(|| object.bad("byMonth", "months are strings such as \"1\" or \"5L\""))?;
    }
    rule.count = object.number("count", 1, i64::from(u32::MAX))?;
    let until = object.local("until")?;
    if rule.count.is_some() && until.is_some() {
        return Err(object.bad("until", "count and until exclude each other"));
    }
    rule.until = until.map(|at| in_terms_of(Until::Local(at), when));
    object.report_rest("recurrenceRules", gathered);
    Ok(rule)
}

fn read_day(rule: &Object<'_>, index: usize, value: &Value) -> Result<NthWeekday, Error> {
    let mut object = Object::at(format!("{}/{index}", rule.path("byDay")), value)?;
    let day = object.required("day", Object::string)?;
    let day = weekday::parse(day)
        .ok_or_else(|| object.bad("day", "one of mo, tu, we, th, fr, sa, su"))?;
    let nth = object.number("nthOfPeriod", -53, 53)?;
    if nth == Some(0) {
        return Err(object.bad("nthOfPeriod", "not 0"));
    }
    Ok(NthWeekday { nth, day })
}

fn read_month(rule: &mut Rule, month: &Value) -> Option<()> {
    let text = month.as_str()?;
    let (digits, months) = match text.strip_suffix('L') {
        Some(digits) => (digits, &mut rule.by_leap_month),
        None => (text, &mut rule.by_month),
    };
    let month: u8 = digits.parse().ok().filter(|m| (1..=13).contains(m))?;
    months.insert(month);
    Some(())
}

fn list<T: TryFrom<i64>, S: FromIterator<T>>(
    object: &mut Object<'_>,
    name: &'static str,
    min: i64,
    max: i64,
) -> Result<S, Error> {
    let values = object.array(name, LIST_MAX)?;
    let read = |value: &Value| {
        let n = value.as_i64().filter(|n| (min..=max).contains(n))?;
        T::try_from(n).ok().filter(|_| n != 0 || min >= 0)
    };
    values
        .iter()
        .map(|v| read(v).ok_or_else(|| object.bad(name, "a number is out of bounds")))
        .collect()
}
