//! Any JSON as a JSCalendar event: read → write → read gives the same event, here and by way of iCalendar.
#![no_main]

use libfuzzer_sys::fuzz_target;
use protocols::jscalendar;

fuzz_target!(|data: &[u8]| kalends_fuzz::timed(|| {
    let Ok(json) = serde_json::from_slice(data) else {
        return;
    };
    let Ok(read) = jscalendar::from_json(&json) else {
        return;
    };
    let written = jscalendar::to_json(&read.value);
    let again = jscalendar::from_json(&written).expect("what we write is read");
    assert_eq!(again.value, read.value, "{written}");
    // iCalendar has no word for some of it; it must be written and read all the same.
    let text = protocols::icalendar::write(&[&read.value], jiff::Timestamp::UNIX_EPOCH).value;
    protocols::icalendar::read(&text).expect("what we write is read");
}));
