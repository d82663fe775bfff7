//! What the fuzz targets share: a limit on the time that one input may take, and events that must come back.

use std::fs;

use calendar::Event;
use jiff::Timestamp;
use protocols::icalendar;

/// Processor time of one input, in nanoseconds. A hang is more than 50 ms; the instrumented build takes a few times as
/// long as the one that ships.
const TIME_MAX: u64 = 4 * 50_000_000;

/// Runs one input, or answers one question, and panics if that takes too much of the processor. Time spent waiting for
/// it does not count.
pub fn timed<T>(work: impl FnOnce() -> T) -> T {
    let before = processor_time();
    let answer = work();
    if let (Some(before), Some(after)) = (before, processor_time()) {
        let took = after - before;
        assert!(took < TIME_MAX, "a hang: {} ms", took / 1_000_000);
    }
    answer
}

/// Nanoseconds that this thread has run; `None` where the system does not say.
fn processor_time() -> Option<u64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// Writes an event as iCalendar, reads it, and compares.
pub fn comes_back(event: &Event) {
    let text = icalendar::write(&[event], Timestamp::UNIX_EPOCH).value;
    strict(&text);
    let again = icalendar::read(&text).expect("what we write is read").value;
    assert_eq!(again.len(), 1, "{text}");
    assert_eq!(&again[0], event, "{text}");
}

/// Panics unless its lines have at most 75 octets and end with CRLF.
pub fn strict(text: &str) {
    let body = text.strip_suffix("\r\n").expect("the last line is ended");
    for line in body.split("\r\n") {
        assert!(line.len() <= 75, "a long line: {line}");
        assert!(!line.contains('\n'), "a bare line end: {line}");
    }
}
