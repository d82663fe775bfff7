//! iCalendar: text to the model and back, beside `calcard`.

use std::{fmt::Write, fs, hint::black_box, path::Path};

use calcard::icalendar::ICalendar;
use calendar::Event;
use jiff::Timestamp;
use protocols::icalendar::{self, Object, Sourced};

use crate::{measure, workload::Random};

/// Writes the synthetic calendars, measures both directions on them, then on the files of a folder if one is given.
pub fn run(scratch: &Path, folder: Option<&Path>) {
    let texts: Vec<String> = (0..500).map(synthetic).collect();
    let path = scratch.join("synthetic.ics");
    if let Err(error) = fs::write(&path, texts.concat()) {
        println!("{}: {error}", path.display());
    }
    let texts: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
    report(&format!("{}", path.display()), &texts);
    if let Some(folder) = folder {
        let mut files = Vec::new();
        collect(folder, &mut files);
        let texts: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        report(
            &format!("{} files of {}", texts.len(), folder.display()),
            &texts,
        );
    }
}

fn collect(folder: &Path, files: &mut Vec<Vec<u8>>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "ics") {
            files.extend(fs::read(path));
        }
    }
}

fn report(name: &str, texts: &[&[u8]]) {
    let bytes: usize = texts.iter().map(|text| text.len()).sum();
    println!("\n{name}, {:.1} MB", bytes as f64 / 1e6);
    let parsed = measure::nanoseconds(|| {
        texts
            .iter()
            .map(|text| read(black_box(text)).len() as u64)
            .sum()
    });
    let peer = measure::nanoseconds(|| {
        texts
            .iter()
            .map(|text| read_calcard(black_box(text)).map_or(0, |c| c.components.len() as u64))
            .sum()
    });
    println!(
        "  text to the model     kalends {:>7.1} MB/s   calcard {:>7.1} MB/s (its syntax tree)   {:.1}×",
        rate(parsed, bytes),
        rate(peer, bytes),
        peer / parsed
    );
    let events: Vec<Vec<Event>> = texts.iter().map(|text| read(text)).collect();
    let trees: Vec<ICalendar> = texts.iter().filter_map(|text| read_calcard(text)).collect();
    let write = |events: &Vec<Event>| {
        let events: Vec<&Event> = events.iter().collect();
        icalendar::write(&events, Timestamp::UNIX_EPOCH).value
    };
    let (ours, theirs): (usize, usize) = (
        events.iter().map(|e| write(e).len()).sum(),
        trees.iter().map(|t| t.to_string().len()).sum(),
    );
    let written = measure::nanoseconds(|| {
        events
            .iter()
            .map(|e| write(black_box(e)).len() as u64)
            .sum()
    });
    let peer = measure::nanoseconds(|| {
        trees
            .iter()
            .map(|t| black_box(t).to_string().len() as u64)
            .sum()
    });
    let row = |what: &str, ours: f64| {
        let theirs = rate(peer, theirs);
        println!(
            "  {what:<21} kalends {ours:>7.1} MB/s   calcard {theirs:>7.1} MB/s                     {:.1}×",
            ours / theirs
        );
    };
    row("the model to text", rate(written, ours));
    objects(texts, row);
}

/// Whole calendars, of which somebody changed some events or none since they were read. `row` prints a rate.
fn objects(texts: &[&[u8]], row: impl Fn(&str, f64)) {
    let mut objects: Vec<Object> = texts
        .iter()
        .flat_map(|text| Object::read(text).map_or_else(|_| Vec::new(), |read| read.value))
        .collect();
    for (what, every) in [
        ("… nothing changed", usize::MAX),
        ("… 1 event in 10", 10),
        ("… all events", 1),
    ] {
        let events = objects.iter_mut().flat_map(|object| &mut object.events);
        events.skip(every - 1).step_by(every).for_each(change);
        let write = |object: &Object| object.write(Timestamp::UNIX_EPOCH).len();
        let length = objects.iter().map(write).sum();
        let written = measure::nanoseconds(|| {
            objects
                .iter()
                .map(|object| write(black_box(object)) as u64)
                .sum()
        });
        row(what, rate(written, length));
    }
}

/// MB/s.
fn rate(nanoseconds: f64, bytes: usize) -> f64 {
    bytes as f64 / nanoseconds * 1e3
}

/// One more revision of it.
fn change(event: &mut Sourced<Event>) {
    event.sequence += 1;
}

fn read(text: &[u8]) -> Vec<Event> {
    icalendar::read_each(text)
        .unwrap_or_default()
        .into_iter()
        .flatten()
        .map(|mapped| mapped.value)
        .collect()
}

fn read_calcard(text: &[u8]) -> Option<ICalendar> {
    ICalendar::parse(std::str::from_utf8(text).ok()?).ok()
}

/// A calendar as people have them: times in a zone, a longer text, people, an alarm, a few properties of one product.
fn synthetic(number: u64) -> String {
    let mut random = Random(number);
    let mut text = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//EN\r\n");
    for event in 0..80 {
        let (month, day, hour) = (
            1 + random.below(12),
            1 + random.below(28),
            7 + random.below(12),
        );
        let start = format!("2026{month:02}{day:02}T{hour:02}");
        let _ = write!(
            text,
            "BEGIN:VEVENT\r\nUID:{number}-{event}-{:016x}@bench.example\r\nDTSTAMP:20260101T000000Z\r\nCREATED:20251201T081500Z\r\n\
             LAST-MODIFIED:20260101T000000Z\r\nSEQUENCE:{}\r\nDTSTART;TZID=Europe/Berlin:{start}0000\r\nDTEND;TZID=Europe/Berlin:{start}4500\r\n\
             SUMMARY:Check-up\\, room {}\r\nLOCATION:Practice Dr. Weber\\, Lindenstraße 4\\, Berlin\r\n\
             DESCRIPTION:Please bring the insurance card and the form that was sent by letter.\\nIf you cannot come\\, call us a day before: +49 30 1234567.\\n\\nThank you\\; we are looking forward to seeing you.\r\n",
            random.below(u64::MAX),
            random.below(9),
            random.below(40),
        );
        if random.below(10) < 3 {
            text.push_str("RRULE:FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20271231T225959Z\r\n");
        }
        text.push_str("STATUS:CONFIRMED\r\nTRANSP:OPAQUE\r\nCLASS:PRIVATE\r\nCATEGORIES:PRACTICE,CHECK-UP\r\n");
        if random.below(10) < 4 {
            text.push_str(
                "ORGANIZER;CN=Dr. Ada Weber:mailto:ada@practice.example\r\n\
                 ATTENDEE;CN=\"Ben Okafor\";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED:mailto:ben@practice.example\r\n\
                 ATTENDEE;CN=Room 2;CUTYPE=ROOM;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:room2@practice.example\r\n",
            );
        }
        text.push_str(
            "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC\r\nX-MICROSOFT-CDO-IMPORTANCE:1\r\n\
             BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Reminder\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VEVENT\r\n",
        );
    }
    text.push_str("END:VCALENDAR\r\n");
    folded(&text)
}

/// Lines of 75 octets at most (RFC 5545 3.1).
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + text.len() / 50);
    for line in text.split_inclusive("\r\n") {
        let (mut rest, mut width) = (line, 75);
        while rest.len() - 2 > width {
            let at = (0..=width).rev().find(|at| rest.is_char_boundary(*at));
            let (piece, others) = rest.split_at(at.unwrap_or(width));
            folded.push_str(piece);
            folded.push_str("\r\n ");
            (rest, width) = (others, 74);
        }
        folded.push_str(rest);
    }
    folded
}
