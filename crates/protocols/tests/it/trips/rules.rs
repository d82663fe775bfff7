//! Rules of every kind.

use calendar::{Rule, Until, When};
use jiff::{
    Span,
    civil::{DateTime, Weekday},
};
use proptest::{prelude::*, sample::select};

/// Rules as they are met. `{wd}`, `{md}`, `{mo}` and `{nth}` are those of the start.
const RULES: [&str; 38] = [
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=DAILY;BYHOUR=9,17",
    "FREQ=DAILY;BYMONTH={mo}",
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;BYDAY={wd}",
    "FREQ=WEEKLY;BYDAY={wd},TU,FR",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY={wd},SU,MO;WKST=SU",
    "FREQ=WEEKLY;BYDAY=TU,TH",
    "FREQ=MONTHLY",
    "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY={md}",
    "FREQ=MONTHLY;BYMONTHDAY={md},-1",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1",
    "FREQ=MONTHLY;BYDAY={nth}{wd}",
    "FREQ=MONTHLY;BYDAY=-1{wd}",
    "FREQ=MONTHLY;BYDAY=-2{wd}",
    "FREQ=MONTHLY;BYDAY={wd}",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=2,-2",
    "FREQ=YEARLY",
    "FREQ=YEARLY;BYMONTH={mo};BYMONTHDAY={md}",
    "FREQ=YEARLY;BYMONTH={mo};BYDAY={nth}{wd}",
    "FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY={md}",
    "FREQ=YEARLY;BYMONTH=2,11;BYDAY={wd}",
    "FREQ=YEARLY;BYWEEKNO=20;BYDAY={wd}",
    "FREQ=YEARLY;BYYEARDAY=100,-1",
    "FREQ=YEARLY;BYDAY=20MO",
    "FREQ=HOURLY;INTERVAL=5",
    "FREQ=MINUTELY;INTERVAL=90;BYHOUR=9,10",
    "FREQ=SECONDLY;INTERVAL=7200",
    "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;SKIP=FORWARD",
    "RSCALE=CHINESE;FREQ=YEARLY",
    "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8;SKIP=FORWARD",
    "RSCALE=ETHIOPIC;FREQ=MONTHLY;BYMONTH=13",
];

/// A rule for a series that starts so.
pub fn rule(start: DateTime, all_day: bool) -> impl Strategy<Value = Rule> {
    let day = match start.weekday() {
        Weekday::Monday => "MO",
        Weekday::Tuesday => "TU",
        Weekday::Wednesday => "WE",
        Weekday::Thursday => "TH",
        Weekday::Friday => "FR",
        Weekday::Saturday => "SA",
        Weekday::Sunday => "SU",
    };
    select(&RULES[..]).prop_map(move |template| {
        let finer = ["HOUR", "MINUTE", "SECOND"]
            .iter()
            .any(|word| template.contains(word));
        let template = if all_day && finer {
            "FREQ=DAILY"
        } else {
            template
        };
        let text = template
            .replace("{wd}", day)
            .replace("{md}", &start.day().to_string())
            .replace("{mo}", &start.month().to_string())
            .replace("{nth}", &((start.day() - 1) / 7 + 1).to_string());
        text.parse().unwrap()
    })
}

/// How a rule ends.
pub fn ending(mut rule: Rule, when: &When, end: (u8, u32)) -> Rule {
    let (kind, n) = end;
    let last = when
        .local_start()
        .saturating_add(Span::new().days(i64::from(n) * 20));
    match kind {
        0 => rule.count = Some(n + 1),
        1 => {
            rule.until = Some(match when {
                When::AllDay { .. } => Until::Date(last.date()),
                When::Timed { zone: None, .. } => Until::Local(last),
                When::Timed {
                    zone: Some(zone), ..
                } => Until::Utc(zone.to_instant(last)),
            });
        }
        _ => {}
    }
    rule
}
