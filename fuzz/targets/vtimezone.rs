//! Any lines inside a VTIMEZONE, with events in that zone: both directions have an answer, and the zone comes back.
#![no_main]

use jiff::{Timestamp, tz::TimeZone};
use libfuzzer_sys::fuzz_target;
use protocols::icalendar;

/// Days of the events: before the zones of the world, in the usual years, and far ahead.
const DAYS: [&str; 5] = ["17000101", "19700101", "20260329", "20261025", "24000715"];

fuzz_target!(|data: &[u8]| kalends_fuzz::timed(|| {
    let mut text = b"BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Somewhere else\n".to_vec();
    text.extend_from_slice(data);
    text.extend_from_slice(b"\nEND:VTIMEZONE\n");
    for day in DAYS {
        let event = format!(
            "BEGIN:VEVENT\nUID:{day}\nDTSTART;TZID=Somewhere else:{day}T023000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=9\nEND:VEVENT\n"
        );
        text.extend_from_slice(event.as_bytes());
    }
    text.extend_from_slice(b"END:VCALENDAR\n");
    for event in icalendar::read_each(&text).into_iter().flatten().flatten() {
        let when = &event.value.when;
        let start = when.start_instant(&TimeZone::UTC);
        assert!(when.end_instant(&TimeZone::UTC) >= start);
        if let Some(zone) = when.zone() {
            // A zone that contradicts itself need not come back to the same time, only to some time.
            let _ = zone.to_instant(zone.to_local(start));
        }
        let after = Timestamp::UNIX_EPOCH;
        let _ = event.value.next_occurrence(after, &TimeZone::UTC);
        let _ = event.value.last_end(&TimeZone::UTC);
        kalends_fuzz::comes_back(&event.value);
    }
}));
