//! The events that everything here is measured with: a practice's appointments, told by a number and a revision.

use calendar::Event;
use protocols::icalendar;

use crate::Fallible;

/// Titles have this in front, so that an event is known by its title wherever it arrives.
pub const MARK: &str = "Check-up ";

/// The title of an event in one of its revisions.
pub fn title(number: usize, revision: usize) -> String {
    format!("{MARK}{number}.{revision}")
}

/// An event as the text of a calendar object. Each revision moves it and renames it, as people do.
pub fn text(number: usize, revision: usize) -> String {
    let day = 1 + number % 28;
    let month = 1 + number / 28 % 12;
    let hour = 7 + (number / 336 + revision) % 12;
    let minute = number / 4032 % 60;
    let rule = if number % 10 < 2 {
        "RRULE:FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20281231T225959Z\r\n"
    } else {
        ""
    };
    let start = format!("2027{month:02}{day:02}T{hour:02}{minute:02}");
    let end = format!("2027{month:02}{day:02}T{:02}{minute:02}", hour + 1);
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//kalends//bench//EN\r\nBEGIN:VEVENT\r\n\
         UID:{number}@bench.example\r\nDTSTAMP:20260101T000000Z\r\nCREATED:20251201T081500Z\r\n\
         LAST-MODIFIED:20260101T000000Z\r\nSEQUENCE:{revision}\r\n\
         DTSTART:{start}00Z\r\nDTEND:{end}00Z\r\nSUMMARY:{}\r\n\
         LOCATION:Practice Dr. Weber\\, Lindenstraße 4\\, Berlin\r\n\
         DESCRIPTION:Please bring the insurance card and the form that was sent by \r\n letter.\\nIf you cannot come\\, \
         call us a day before: +49 30 1234567.\\n\r\n Thank you\\; we are looking forward to seeing you.\r\n\
         {rule}STATUS:CONFIRMED\r\nTRANSP:OPAQUE\r\nCATEGORIES:PRACTICE,CHECK-UP\r\n\
         BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Reminder\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\n\
         END:VEVENT\r\nEND:VCALENDAR\r\n",
        title(number, revision),
    )
}

/// The same as Kalends reads it.
pub fn event(number: usize, revision: usize) -> Fallible<Event> {
    let read = icalendar::read(text(number, revision).as_bytes())?;
    let first = read.value.into_iter().next();
    first.ok_or_else(|| "the workload's own text holds no event".into())
}
