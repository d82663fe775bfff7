//! Whatever the model can say comes back equal.

use proptest::prelude::*;

use super::*;
use crate::arbitrary;

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_event_comes_back(event in arbitrary::event()) {
        let text = write(&event);
        let back = one(&text);
        prop_assert_eq!(&back.value, &event, "{}", text);
        prop_assert_eq!(back.losses, []);
    }

    #[test]
    fn no_text_panics(text in "(BEGIN:(VEVENT|VCALENDAR|VALARM)\n|END:(VEVENT|VALARM)\n|DTSTART[:;TZIDVALUE=a-z]{0,9}:[0-9TZ]{0,16}\n|RRULE:FREQ=DAILY\n|RECURRENCE-ID:2026\\PC{0,4}\n|UID:1\n|\\PC{0,9}\n){0,30}") {
        let _ = icalendar::read(&text);
    }
}

#[test]
fn a_series_with_thousands_of_overrides_takes_no_time() {
    let mut event = one(&vevent("RRULE:FREQ=DAILY")).value;
    for day in 0..4_000 {
        let id = event
            .when
            .local_start()
            .saturating_add(jiff::Span::new().days(day));
        let mut single = event.when.starting_at(id.into());
        if let calendar::When::Timed { duration, .. } = &mut single {
            duration.seconds += 60;
        }
        let patch = calendar::Patch {
            when: Some(single),
            ..calendar::Patch::default()
        };
        let change = calendar::Override::Patch(Box::new(patch));
        event.overrides.insert(id.into(), change);
    }
    // Quadratic work would take minutes here.
    assert_eq!(one(&write(&event)).value, event);
}
