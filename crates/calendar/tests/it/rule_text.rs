//! RRULE text: what is read, what is bent, what is refused.

use kalends_calendar::{BadRule, Rule};

#[test]
fn order_and_case_do_not_matter_and_the_rest_is_strict() {
    let read = |text: &str| text.parse::<Rule>().map(|rule| rule.to_string());
    for (text, written) in [
        ("FREQ=DAILY", "FREQ=DAILY"),
        (
            "freq=weekly;byday=we,MO;wkst=su;",
            "FREQ=WEEKLY;BYDAY=MO,WE;WKST=SU",
        ),
        ("INTERVAL=1;FREQ=YEARLY;BYMONTH=1", "FREQ=YEARLY;BYMONTH=1"),
        (
            "FREQ=MONTHLY;BYDAY=+1FR,-1SU",
            "FREQ=MONTHLY;BYDAY=1FR,-1SU",
        ),
        ("FREQ=DAILY;UNTIL=20261231", "FREQ=DAILY;UNTIL=20261231"),
        (
            "FREQ=DAILY;UNTIL=20261231T090000",
            "FREQ=DAILY;UNTIL=20261231T090000",
        ),
        (
            "FREQ=DAILY;UNTIL=20261231t090000z",
            "FREQ=DAILY;UNTIL=20261231T090000Z",
        ),
        (
            "FREQ=DAILY;UNTIL=20161231T235960Z",
            "FREQ=DAILY;UNTIL=20161231T235959Z",
        ),
        (
            "FREQ=YEARLY;BYMONTH=9,9L;SKIP=backward;RSCALE=chinese",
            "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=9,9L;SKIP=BACKWARD",
        ),
        (
            "FREQ=DAILY;SKIP=FORWARD",
            "RSCALE=GREGORIAN;FREQ=DAILY;SKIP=FORWARD",
        ),
    ] {
        assert_eq!(read(text).as_deref(), Ok(written), "{text}");
        assert_eq!(read(written).as_deref(), Ok(written));
    }
    for (text, part) in [
        ("FREQ=FORTNIGHTLY", "FREQ"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
        ("FREQ=DAILY;COUNT=0", "COUNT"),
        ("FREQ=DAILY;COUNT=-2", "COUNT"),
        ("FREQ=DAILY;UNTIL=2026-12-31", "UNTIL"),
        ("FREQ=DAILY;UNTIL=20260231", "UNTIL"),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR"),
        ("FREQ=DAILY;BYMINUTE=60", "BYMINUTE"),
        ("FREQ=DAILY;BYSECOND=61", "BYSECOND"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY"),
        ("FREQ=MONTHLY;BYDAY=54MO", "BYDAY"),
        ("FREQ=MONTHLY;BYDAY=é", "BYDAY"),
        ("FREQ=MONTHLY;BYDAY=", "BYDAY"),
        ("FREQ=YEARLY;BYWEEKNO=54", "BYWEEKNO"),
        ("FREQ=YEARLY;BYYEARDAY=367", "BYYEARDAY"),
        ("FREQ=YEARLY;BYMONTH=14", "BYMONTH"),
        ("FREQ=YEARLY;BYMONTH=1;BYSETPOS=367", "BYSETPOS"),
        ("FREQ=DAILY;WKST=XX", "WKST"),
    ] {
        let refused = text.parse::<Rule>();
        assert!(
            matches!(&refused, Err(BadRule::Value { part: p, .. }) if p == part),
            "{text}: {refused:?}"
        );
    }
    assert_eq!("COUNT=3".parse::<Rule>(), Err(BadRule::NoFrequency));
    assert_eq!("".parse::<Rule>(), Err(BadRule::NoFrequency));
    let twice = "FREQ=DAILY;FREQ=WEEKLY".parse::<Rule>();
    assert_eq!(twice, Err(BadRule::Twice("FREQ".into())));
    let months = "FREQ=YEARLY;BYMONTH=1,2;BYMONTH=1".parse::<Rule>();
    assert_eq!(months, Err(BadRule::Twice("BYMONTH".into())));
    let unknown = "FREQ=DAILY;BYEASTER=0".parse::<Rule>();
    assert_eq!(unknown, Err(BadRule::Part("BYEASTER".into())));
    assert!("FREQ=DAILY;COUNT".parse::<Rule>().is_err());
    assert!(
        format!("FREQ=DAILY;BYHOUR={}", "1,".repeat(20_000))
            .parse::<Rule>()
            .is_err()
    );
}

#[test]
fn what_is_bent_is_said() {
    for (text, written) in [
        ("FREQ=WEEKLY;BYDAY=2MO,TU", "FREQ=WEEKLY;BYDAY=MO,TU"),
        (
            "FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO",
            "FREQ=YEARLY;BYDAY=MO;BYWEEKNO=20",
        ),
        (
            "FREQ=DAILY;COUNT=3;UNTIL=20261231",
            "FREQ=DAILY;UNTIL=20261231",
        ),
        ("FREQ=DAILY;X-MADE-BY=me", "FREQ=DAILY"),
        ("FREQ=DAILY;COUNT=-1", "FREQ=DAILY"),
        (
            "FREQ=DAILY;COUNT=3;freq=daily;FREQ=DAILY",
            "FREQ=DAILY;COUNT=3",
        ),
        ("FREQ=MONTHLY;BYYEARDAY=100", "FREQ=MONTHLY;BYYEARDAY=100"),
        ("FREQ=MONTHLY;BYWEEKNO=10", "FREQ=MONTHLY;BYWEEKNO=10"),
        ("FREQ=WEEKLY;BYMONTHDAY=13", "FREQ=WEEKLY;BYMONTHDAY=13"),
    ] {
        let read = Rule::parse_lenient(text).unwrap();
        assert_eq!(read.value.to_string(), written);
        assert_eq!(read.losses.len(), 1, "{text}: {:?}", read.losses);
        assert!(Rule::parse_lenient("FREQ=DAILY").unwrap().losses.is_empty());
    }
}
