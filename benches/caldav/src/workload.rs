//! The calendar of a busy person: five years, of twenty events fourteen single ones, two days, three weekly series and one
//! series with exceptions.

use std::fmt::Write as _;

use jiff::{
    ToSpan,
    civil::{Date, DateTime, date},
};

use crate::Fallible;

/// The days on which something begins.
const DAYS: usize = 1_826;
/// How clients send a zone along.
const ZONE: &str = "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\nDTSTART:19961027T030000\r\n\
    RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\nEND:STANDARD\r\n\
    BEGIN:DAYLIGHT\r\nDTSTART:19810329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nTZOFFSETFROM:+0100\r\n\
    TZOFFSETTO:+0200\r\nTZNAME:CEST\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n";

/// The month that is asked for, and the thirty days of busy time: in the middle.
pub const FROM: &str = "20270601T000000Z";
/// Its end.
pub const TO: &str = "20270701T000000Z";

/// The name of an object.
pub fn name(number: usize) -> String {
    format!("event-{number}.ics")
}

/// An event as a client would put it. `edition` is in its title, without a comma: Radicale cuts texts at commas that are not escaped.
pub fn text(number: usize, edition: usize) -> Fallible<String> {
    let day = date(2025, 1, 1).checked_add(i64::try_from(number * 977 % DAYS)?.days())?;
    let hour = i8::try_from(8 + number / DAYS % 10)?;
    let start = day.at(hour, 0, 0, 0);
    let (zone, times) = match number % 20 {
        0..14 => ("", utc(start)?),
        14..16 => ("", whole(day)?),
        16..19 => (ZONE, weekly(start)?),
        _ => (ZONE, weekly(start)? + &cancelled(start)?),
    };
    let about = format!(
        "BEGIN:VEVENT\r\nUID:{number}@bench.example\r\nDTSTAMP:20250101T000000Z\r\nSUMMARY:Visit {number} {edition}\r\n"
    );
    let mut events = format!(
        "{about}LOCATION:Room 2\r\nDESCRIPTION:Bring the X-ray of last year\r\n{times}END:VEVENT\r\n"
    );
    if number % 20 == 19 {
        write!(events, "{about}{}END:VEVENT\r\n", moved(start)?)?;
    }
    Ok(format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench.example//EN\r\n{zone}{events}END:VCALENDAR\r\n"
    ))
}

fn utc(start: DateTime) -> Fallible<String> {
    let end = start.checked_add(30.minutes())?;
    let text = |at: DateTime| at.strftime("%Y%m%dT%H%M%SZ").to_string();
    Ok(format!(
        "DTSTART:{}\r\nDTEND:{}\r\n",
        text(start),
        text(end)
    ))
}

fn whole(day: Date) -> Fallible<String> {
    let text = |day: Date| day.strftime("%Y%m%d").to_string();
    let next = text(day.tomorrow()?);
    Ok(format!(
        "DTSTART;VALUE=DATE:{}\r\nDTEND;VALUE=DATE:{next}\r\n",
        text(day)
    ))
}

fn local(name: &str, at: DateTime) -> String {
    format!(
        "{name};TZID=Europe/Berlin:{}\r\n",
        at.strftime("%Y%m%dT%H%M%S")
    )
}

fn weekly(start: DateTime) -> Fallible<String> {
    let end = start.checked_add(30.minutes())?;
    Ok(local("DTSTART", start) + &local("DTEND", end) + "RRULE:FREQ=WEEKLY;COUNT=10\r\n")
}

fn cancelled(start: DateTime) -> Fallible<String> {
    Ok(local("EXDATE", start.checked_add(2.weeks())?))
}

/// The occurrence of the third week, an hour later.
fn moved(start: DateTime) -> Fallible<String> {
    let planned = start.checked_add(3.weeks())?;
    let (from, to) = (
        planned.checked_add(1.hour())?,
        planned.checked_add(90.minutes())?,
    );
    Ok(local("RECURRENCE-ID", planned) + &local("DTSTART", from) + &local("DTEND", to))
}

/// So many numbers, all over the place, the same in each run.
pub fn some(count: usize, of: usize) -> impl Iterator<Item = usize> {
    (0..count).map(move |number| number * 7_919 % of)
}
