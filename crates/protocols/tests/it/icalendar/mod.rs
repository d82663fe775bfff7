//! iCalendar in both directions.

mod bent;
mod copied;
mod objects;
mod round_trip;
mod singles;
mod texts;
mod zones;

use calendar::{Event, Mapped};
use kalends_protocols::icalendar;

/// Reads a text of one event.
fn one(text: &str) -> Mapped<Event> {
    let mut read = icalendar::read(text).unwrap();
    assert_eq!(read.value.len(), 1, "{:?}", read.value);
    Mapped {
        value: read.value.remove(0),
        losses: read.losses,
    }
}

/// A calendar around VEVENT lines.
fn calendar(lines: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{lines}\r\nEND:VCALENDAR\r\n")
}

/// A text with one VEVENT that starts on 23 November 2026 at 9 in Berlin.
fn vevent(lines: &str) -> String {
    calendar(&format!(
        "BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Berlin:20261123T090000\nDTEND;TZID=Europe/Berlin:20261123T100000\n{lines}\nEND:VEVENT"
    ))
}

/// Writes at a fixed time.
fn write(event: &Event) -> String {
    let now = "2026-11-01T00:00:00Z".parse().unwrap();
    icalendar::write(&[event], now).value
}

/// Written lines without folds.
fn lines(text: &str) -> Vec<String> {
    text.replace("\r\n ", "")
        .split("\r\n")
        .map(str::to_owned)
        .collect()
}
