//! TEMPORARY until the engine lands.
use calendar::{Event, Override, RecurrenceId, Rule, When};
use jiff::civil::DateTime;
pub(super) struct Compiled(Vec<DateTime>);
impl Compiled {
    pub(super) fn new(_: &Rule, start: &When) -> Self {
        Self(vec![start.local_start()])
    }
    pub(super) fn iter(&self) -> impl Iterator<Item = DateTime> {
        self.0.iter().copied()
    }
}
pub(super) trait Has {
    fn has_occurrence(&self, id: RecurrenceId) -> bool;
}
impl Has for Event {
    fn has_occurrence(&self, id: RecurrenceId) -> bool {
        self.overrides.get(&id) != Some(&Override::Excluded)
            && id.0.time() == self.when.local_start().time()
    }
}
pub(super) fn parse(text: &str) -> Option<Rule> {
    let mut rule = Rule::every(match text.split(';').next()? {
        "FREQ=DAILY" => calendar::Frequency::Daily,
        "FREQ=WEEKLY" => calendar::Frequency::Weekly,
        "FREQ=HOURLY" => calendar::Frequency::Hourly,
        _ => return None,
    });
    for p in text.split(';').skip(1) {
        match p.split_once('=')? {
            ("COUNT", n) => rule.count = n.parse().ok(),
            ("INTERVAL", n) => rule.interval = n.parse().ok()?,
            ("UNTIL", u) => {
                rule.until = Some(if let Some(u) = u.strip_suffix('Z') {
                    calendar::Until::Utc(
                        jiff::tz::Offset::UTC
                            .to_timestamp(DateTime::strptime("%Y%m%dT%H%M%S", u).ok()?)
                            .ok()?,
                    )
                } else {
                    calendar::Until::Date(jiff::civil::Date::strptime("%Y%m%d", u).ok()?)
                })
            }
            ("BYDAY", d) => {
                for d in d.split(',') {
                    rule.by_day.insert(calendar::NthWeekday::every(
                        calendar::rule::weekday::parse(d)?,
                    ));
                }
            }
            _ => return None,
        }
    }
    Some(rule)
}
pub(super) fn show(r: &Rule) -> String {
    let mut s = format!(
        "FREQ={}",
        match r.frequency {
            calendar::Frequency::Daily => "DAILY",
            calendar::Frequency::Weekly => "WEEKLY",
            _ => "HOURLY",
        }
    );
    use std::fmt::Write;
    if r.interval > 1 {
        let _ = write!(s, ";INTERVAL={}", r.interval);
    }
    if let Some(c) = r.count {
        let _ = write!(s, ";COUNT={c}");
    }
    match r.until {
        Some(calendar::Until::Utc(t)) => {
            let _ = write!(s, ";UNTIL={}", t.strftime("%Y%m%dT%H%M%SZ"));
        }
        Some(calendar::Until::Date(d)) => {
            let _ = write!(s, ";UNTIL={}", d.strftime("%Y%m%d"));
        }
        _ => {}
    }
    if !r.by_day.is_empty() {
        let d: Vec<_> = r
            .by_day
            .iter()
            .map(|d| calendar::rule::weekday::name(d.day).to_uppercase())
            .collect();
        let _ = write!(s, ";BYDAY={}", d.join(","));
    }
    s
}
