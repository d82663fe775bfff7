//! RRULE text (RFC 5545 3.3.10, RFC 7529) to and from [`Rule`].

use std::{collections::BTreeSet, fmt::Display, str::FromStr};

use calendar::{Frequency, NthWeekday, Rule, Skip, Until, rule::weekday};

use super::value;

const FREQUENCIES: [(&str, Frequency); 7] = [
    ("SECONDLY", Frequency::Secondly),
    ("MINUTELY", Frequency::Minutely),
    ("HOURLY", Frequency::Hourly),
    ("DAILY", Frequency::Daily),
    ("WEEKLY", Frequency::Weekly),
    ("MONTHLY", Frequency::Monthly),
    ("YEARLY", Frequency::Yearly),
];

const SKIPS: [(&str, Skip); 3] = [
    ("OMIT", Skip::Omit),
    ("BACKWARD", Skip::Backward),
    ("FORWARD", Skip::Forward),
];

/// Reads the value of an RRULE. `None` if it is none.
pub fn read(text: &str) -> Option<Rule> {
    let part = |name: &str| {
        text.split(';')
            .filter_map(|part| part.split_once('='))
            .find(|(n, _)| n.trim().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_ascii_uppercase())
    };
    let name = part("FREQ")?;
    let mut rule = Rule::every(FREQUENCIES.iter().find(|(n, _)| *n == name)?.1);
    if let Some(interval) = part("INTERVAL") {
        rule.interval = interval.parse().ok().filter(|n| *n > 0)?;
    }
    if let Some(count) = part("COUNT") {
        rule.count = Some(count.parse().ok().filter(|n| *n > 0)?);
    } else if let Some(until) = part("UNTIL") {
        rule.until = Some(read_until(&until)?);
    }
    if let Some(day) = part("WKST") {
        rule.week_start = weekday::parse(&day)?;
    }
    rule.by_second = numbers(part("BYSECOND"), 0, 60)?;
    rule.by_minute = numbers(part("BYMINUTE"), 0, 59)?;
    rule.by_hour = numbers(part("BYHOUR"), 0, 23)?;
    rule.by_month_day = numbers(part("BYMONTHDAY"), -31, 31)?;
    rule.by_year_day = numbers(part("BYYEARDAY"), -366, 366)?;
    rule.by_week_no = numbers(part("BYWEEKNO"), -53, 53)?;
    rule.by_set_position = numbers(part("BYSETPOS"), -366, 366)?;
    if let Some(months) = part("BYMONTH") {
        let (leap, plain): (Vec<_>, Vec<_>) = months.split(',').partition(|m| m.ends_with('L'));
        let list = |months: Vec<&str>| (!months.is_empty()).then(|| months.join(","));
        rule.by_month = numbers(list(plain), 1, 13)?;
        rule.by_leap_month = numbers(list(leap).map(|l| l.replace('L', "")), 1, 13)?;
    }
    if let Some(days) = part("BYDAY") {
        rule.by_day = days.split(',').map(read_day).collect::<Option<_>>()?;
    }
    rule.rscale = part("RSCALE");
    if let Some(skip) = part("SKIP") {
        rule.skip = SKIPS.iter().find(|(n, _)| *n == skip)?.1;
    }
    Some(rule)
}

fn read_until(text: &str) -> Option<Until> {
    if let Some(date) = value::date(text) {
        return Some(Until::Date(date));
    }
    let (local, utc) = value::date_time(text)?;
    Some(if utc {
        Until::Utc(value::utc(local))
    } else {
        Until::Local(local)
    })
}

fn read_day(text: &str) -> Option<NthWeekday> {
    let text = text.trim();
    let (nth, day) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let nth = match nth.trim_start_matches('+') {
        "" => None,
        nth => Some(
            nth.parse::<i8>()
                .ok()
                .filter(|n| *n != 0 && n.abs() <= 53)?,
        ),
    };
    Some(NthWeekday {
        nth,
        day: weekday::parse(day)?,
    })
}

fn numbers<T: FromStr + Ord + TryFrom<i16>>(
    list: Option<String>,
    min: i16,
    max: i16,
) -> Option<BTreeSet<T>> {
    let Some(list) = list else {
        return Some(BTreeSet::new());
    };
    list.split(',')
        .map(|n| {
            let n: i16 = n.trim().trim_start_matches('+').parse().ok()?;
            let inside = (min..=max).contains(&n) && (n != 0 || min >= 0);
            inside.then(|| n.try_into().ok())?
        })
        .collect()
}

/// Writes the value of an RRULE.
pub fn write(rule: &Rule) -> String {
    let mut parts = Vec::new();
    if let Some(rscale) = &rule.rscale {
        parts.push(format!("RSCALE={rscale}"));
    }
    if let Some((name, _)) = FREQUENCIES.iter().find(|(_, f)| *f == rule.frequency) {
        parts.push(format!("FREQ={name}"));
    }
    match &rule.until {
        Some(Until::Date(date)) => parts.push(format!("UNTIL={}", value::write_date(*date))),
        Some(Until::Local(at)) => parts.push(format!("UNTIL={}", value::write_local(*at))),
        Some(Until::Utc(at)) => parts.push(format!("UNTIL={}", value::write_utc(*at))),
        None => {}
    }
    if let Some(count) = rule.count {
        parts.push(format!("COUNT={count}"));
    }
    if rule.interval != 1 {
        parts.push(format!("INTERVAL={}", rule.interval));
    }
    list(&mut parts, "BYSECOND", &rule.by_second);
    list(&mut parts, "BYMINUTE", &rule.by_minute);
    list(&mut parts, "BYHOUR", &rule.by_hour);
    let days = rule.by_day.iter().map(|d| {
        let nth = d.nth.map(|n| n.to_string()).unwrap_or_default();
        nth + &weekday::name(d.day).to_ascii_uppercase()
    });
    list(&mut parts, "BYDAY", days);
    list(&mut parts, "BYMONTHDAY", &rule.by_month_day);
    list(&mut parts, "BYYEARDAY", &rule.by_year_day);
    list(&mut parts, "BYWEEKNO", &rule.by_week_no);
    let plain = rule.by_month.iter().map(ToString::to_string);
    let leap = rule.by_leap_month.iter().map(|m| format!("{m}L"));
    list(&mut parts, "BYMONTH", plain.chain(leap));
    list(&mut parts, "BYSETPOS", &rule.by_set_position);
    if rule.week_start != jiff::civil::Weekday::Monday {
        let day = weekday::name(rule.week_start).to_ascii_uppercase();
        parts.push(format!("WKST={day}"));
    }
    if let Some((name, _)) = SKIPS
        .iter()
        .find(|(_, s)| *s == rule.skip && rule.skip != Skip::Omit)
    {
        parts.push(format!("SKIP={name}"));
    }
    parts.join(";")
}

fn list<T: Display>(parts: &mut Vec<String>, name: &str, values: impl IntoIterator<Item = T>) {
    let values: Vec<_> = values.into_iter().map(|v| v.to_string()).collect();
    if !values.is_empty() {
        parts.push(format!("{name}={}", values.join(",")));
    }
}
