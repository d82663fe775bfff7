//! Calendar files of any size, cut into texts that are read one after the other: feeds hold years of a company in one file.
//!
//! What the reader needs of memory is the file, once, and one piece. Each piece is a whole VCALENDAR with the properties and the
//! zones of the one that it was cut from.

use std::{borrow::Cow, collections::HashMap, ops::Range};

use super::{Error, forms, nesting::Level, parse::DEPTH_MAX};

/// Events of one file.
pub const EVENTS_MAX: usize = 500_000;
/// Bytes that a piece has at most where its events are not larger by themselves.
const PIECE_BYTES: usize = 256 << 10;
/// Bytes of one calendar's own properties that are kept.
const HEAD_MAX: usize = 64 << 10;
/// Bytes of one calendar's zones that are kept.
const ZONES_MAX: usize = 2 << 20;

/// A calendar file, cut.
#[derive(Debug)]
pub struct Pieces<'t> {
    text: Cow<'t, [u8]>,
    calendars: Vec<Calendar>,
}

/// One VCALENDAR of the file.
#[derive(Debug, Default)]
struct Calendar {
    /// Its own lines, as they stand.
    head: Vec<Range<usize>>,
    head_bytes: usize,
    zones: Vec<Range<usize>>,
    zone_bytes: usize,
    events: Vec<Part>,
}

/// A VEVENT.
#[derive(Debug)]
struct Part {
    place: Range<usize>,
    uid: Option<String>,
    /// It is one occurrence of a series.
    occurrence: bool,
    sequence: i64,
}

/// Events that are read together: the parts of one event.
type Group = Vec<usize>;

impl<'t> Pieces<'t> {
    /// Cuts a file.
    ///
    /// # Errors
    /// There is no VCALENDAR in it, one has no end ([`Error::CutOff`]), or there are more than [`EVENTS_MAX`] events.
    pub fn of(bytes: &'t [u8]) -> Result<Self, Error> {
        let text = forms::proper(bytes);
        let mut cutter = Cutter::default();
        let (mut at, mut number) = (0, 0);
        while at < text.len() {
            number += 1;
            let (end, folds) = logical_line(&text, at);
            cutter.line(&text, at..end, number)?;
            number += folds;
            at = end;
        }
        if !cutter.open.is_empty() {
            return Err(Error::CutOff { line: number });
        }
        if cutter.calendars.is_empty() {
            return Err(Error::NotCalendar);
        }
        let calendars = cutter.calendars;
        Ok(Self { text, calendars })
    }

    /// The calendars' own properties, as a text without events.
    pub fn head(&self) -> Vec<u8> {
        let mut head = b"BEGIN:VCALENDAR\r\n".to_vec();
        for calendar in &self.calendars {
            self.copy(&calendar.head, &mut head);
        }
        head.extend_from_slice(b"END:VCALENDAR\r\n");
        head
    }

    /// Texts of events, all of one event in the same one. Where several events have one UID, which they must not, they are in
    /// texts of their own.
    pub fn texts(&self) -> impl Iterator<Item = Vec<u8>> + '_ {
        self.calendars
            .iter()
            .flat_map(|calendar| Texts::new(self, calendar))
    }

    fn copy(&self, ranges: &[Range<usize>], to: &mut Vec<u8>) {
        for range in ranges {
            to.extend_from_slice(&self.text[range.clone()]);
            if to.last() != Some(&b'\n') {
                to.extend_from_slice(b"\r\n");
            }
        }
    }
}

/// The pieces of one calendar.
struct Texts<'p> {
    pieces: &'p Pieces<'p>,
    calendar: &'p Calendar,
    groups: std::vec::IntoIter<(Group, bool)>,
    waiting: Option<(Group, bool)>,
}

impl<'p> Texts<'p> {
    fn new(pieces: &'p Pieces<'_>, calendar: &'p Calendar) -> Self {
        Self {
            pieces,
            calendar,
            groups: groups(&calendar.events).into_iter(),
            waiting: None,
        }
    }
}

impl Iterator for Texts<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut next = self.waiting.take().or_else(|| self.groups.next());
        next.as_ref()?;
        let mut text = b"BEGIN:VCALENDAR\r\n".to_vec();
        self.pieces.copy(&self.calendar.head, &mut text);
        self.pieces.copy(&self.calendar.zones, &mut text);
        // Zones are copied into each piece: where they are many, the pieces are larger.
        let most = text.len() * 4 + PIECE_BYTES;
        let mut empty = true;
        while let Some((group, alone)) = next {
            if !empty && (alone || text.len() >= most) {
                self.waiting = Some((group, alone));
                break;
            }
            for part in group {
                let place = self.calendar.events[part].place.clone();
                self.pieces.copy(&[place], &mut text);
            }
            empty = false;
            next = if alone { None } else { self.groups.next() };
        }
        text.extend_from_slice(b"END:VCALENDAR\r\n");
        Some(text)
    }
}

/// Which parts are one event, in the order of their first appearance, and whether it must stand alone, since another one has
/// its UID.
fn groups(events: &[Part]) -> Vec<(Group, bool)> {
    let mut groups: Vec<(Group, bool)> = Vec::with_capacity(events.len());
    let mut by_uid: HashMap<&str, usize> = HashMap::with_capacity(events.len());
    for (index, part) in events.iter().enumerate() {
        let Some(uid) = part.uid.as_deref() else {
            groups.push((vec![index], true));
            continue;
        };
        match by_uid.get(uid) {
            Some(known) if !is_another(events, &groups[*known].0, part) => {
                groups[*known].0.push(index);
            }
            Some(_) => groups.push((vec![index], true)),
            None => {
                by_uid.insert(uid, groups.len());
                groups.push((vec![index], false));
            }
        }
    }
    groups
}

/// Whether a part is another event than those before it with the same UID: some calendars give one UID to all their events.
/// Old versions of one event have other sequence numbers.
fn is_another(events: &[Part], group: &[usize], part: &Part) -> bool {
    let mut others = group.iter().map(|index| &events[*index]);
    !part.occurrence && others.any(|other| !other.occurrence && other.sequence == part.sequence)
}

/// Finds the parts, line by line.
#[derive(Default)]
struct Cutter {
    /// The components that are open, by name and where they begin.
    open: Vec<(String, usize)>,
    calendars: Vec<Calendar>,
    part: Option<Part>,
    events: usize,
}

impl Cutter {
    fn line(&mut self, text: &[u8], place: Range<usize>, number: usize) -> Result<(), Error> {
        let line = &text[place.clone()];
        if let Some(name) = value_of(line, b"BEGIN") {
            return self.begin(name.to_uppercase(), place.start, number);
        }
        if let Some(name) = value_of(line, b"END") {
            self.end(&name.to_uppercase(), place.end);
            return Ok(());
        }
        match (self.open.len(), &mut self.part) {
            (1, _) => self.own(place),
            (2, Some(part)) => part.take(line),
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, name: String, at: usize, number: usize) -> Result<(), Error> {
        // An event that was not ended does not swallow the next one.
        if Level::of(&name) == Level::Beside && self.open.len() > 1 {
            self.close_to(1, at);
        }
        if self.open.is_empty() && name != "VCALENDAR" {
            return Ok(());
        }
        if self.open.len() > DEPTH_MAX {
            let max = DEPTH_MAX;
            return Err(Error::TooDeep { line: number, max });
        }
        match (self.open.len(), name.as_str()) {
            (0, _) => self.calendars.push(Calendar::default()),
            (1, "VEVENT") => {
                self.events += 1;
                if self.events > EVENTS_MAX {
                    let max = EVENTS_MAX;
                    return Err(Error::TooMany { line: number, max });
                }
                self.part = Some(Part {
                    place: at..at,
                    uid: None,
                    occurrence: false,
                    sequence: 0,
                });
            }
            _ => {}
        }
        self.open.push((name, at));
        Ok(())
    }

    fn end(&mut self, name: &str, at: usize) {
        if let Some(depth) = self.open.iter().rposition(|(open, _)| open == name) {
            self.close_to(depth, at);
        }
    }

    fn close_to(&mut self, depth: usize, at: usize) {
        while self.open.len() > depth {
            let Some((name, begun)) = self.open.pop() else {
                return;
            };
            let Some(calendar) = self.calendars.last_mut().filter(|_| self.open.len() == 1) else {
                continue;
            };
            match (name.as_str(), self.part.take()) {
                ("VEVENT", Some(part)) => calendar.events.push(Part {
                    place: begun..at,
                    ..part
                }),
                ("VTIMEZONE", _) if calendar.zone_bytes + at - begun <= ZONES_MAX => {
                    calendar.zone_bytes += at - begun;
                    calendar.zones.push(begun..at);
                }
                _ => {}
            }
        }
    }

    /// A property of the calendar itself.
    fn own(&mut self, place: Range<usize>) {
        if let Some(calendar) = self.calendars.last_mut()
            && calendar.head_bytes + place.len() <= HEAD_MAX
        {
            calendar.head_bytes += place.len();
            calendar.head.push(place);
        }
    }
}

impl Part {
    fn take(&mut self, line: &[u8]) {
        if let Some(uid) = value_of(line, b"UID") {
            self.uid = self.uid.take().or(Some(uid)).filter(|uid| !uid.is_empty());
        } else if value_of(line, b"RECURRENCE-ID").is_some() {
            self.occurrence = true;
        } else if let Some(sequence) = value_of(line, b"SEQUENCE") {
            self.sequence = sequence.parse().unwrap_or(0);
        }
    }
}

/// Where a line ends, with its folds, and how many those are.
fn logical_line(text: &[u8], from: usize) -> (usize, usize) {
    let end = |at: usize| memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |n| at + n + 1);
    let (mut at, mut folds) = (end(from), 0);
    while matches!(text.get(at), Some(b' ' | b'\t')) {
        at = end(at);
        folds += 1;
    }
    (at, folds)
}

/// The value of a line, unfolded, if it is of the property with this name.
fn value_of(line: &[u8], name: &[u8]) -> Option<String> {
    let begins = line.len() > name.len() && line[..name.len()].eq_ignore_ascii_case(name);
    if !begins || !matches!(line[name.len()], b':' | b';') {
        return None;
    }
    let text = String::from_utf8_lossy(line);
    let unfolded = text.replace("\r\n", "\n");
    let unfolded = unfolded.replace("\n ", "").replace("\n\t", "");
    let rest = &unfolded[name.len()..];
    // A value of a parameter may hold a colon between quotes.
    let mut quoted = false;
    let colon = rest.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == ':' && !quoted
    });
    let value = colon.map_or("", |(at, _)| &rest[at + 1..]);
    Some(value.trim().to_owned())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::icalendar::read_each;

    fn event(uid: &str, more: &str) -> String {
        format!(
            "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART;TZID=Here:20261123T090000\r\n{more}END:VEVENT\r\n"
        )
    }

    fn file(inner: &str) -> String {
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Flats\r\n{inner}END:VCALENDAR\r\n")
    }

    /// The events of all pieces by UID and title, and how many pieces there are.
    fn read(text: &str) -> (Vec<(String, String)>, usize) {
        let pieces = Pieces::of(text.as_bytes()).unwrap();
        let texts: Vec<Vec<u8>> = pieces.texts().collect();
        let events = texts.iter().flat_map(|text| read_each(text).unwrap());
        let events = events.map(|event| event.unwrap().value);
        let told = events.map(|event| (event.uid, event.title)).collect();
        (told, texts.len())
    }

    #[test]
    fn each_piece_has_what_its_events_need() {
        let zone = "BEGIN:VTIMEZONE\r\nTZID:Here\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0300\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";
        let mut inner: String = (0..3_000)
            .map(|n| {
                event(
                    &n.to_string(),
                    &format!("SUMMARY:{n}\r\nDESCRIPTION:{}\r\n", "x".repeat(100)),
                )
            })
            .collect();
        // Zones may come last, and so may an occurrence of the first event.
        inner += &event(
            "0",
            "RECURRENCE-ID;TZID=Here:20261124T090000\r\nSUMMARY:changed\r\n",
        );
        inner += zone;
        let text = file(&inner);
        let pieces = Pieces::of(text.as_bytes()).unwrap();
        let texts: Vec<Vec<u8>> = pieces.texts().collect();
        assert!(texts.len() > 1 && texts.iter().all(|text| text.len() < 300_000));
        let mut seen = 0;
        for text in &texts {
            for event in read_each(text).unwrap() {
                let event = event.unwrap().value;
                let at = event.when.start_instant(&jiff::tz::TimeZone::UTC);
                assert_eq!(at.to_string(), "2026-11-23T06:00:00Z", "{}", event.uid);
                assert_eq!(event.overrides.len(), usize::from(event.uid == "0"));
                seen += 1;
            }
        }
        assert_eq!(seen, 3_000);
        assert!(
            String::from_utf8(pieces.head())
                .unwrap()
                .contains("X-WR-CALNAME:Flats")
        );
    }

    #[test]
    fn a_file_that_was_cut_off_is_told_from_a_short_one() {
        let whole = file(&(event("1", "SUMMARY:a\r\n") + &event("2", "SUMMARY:b\r\n")));
        assert!(Pieces::of(whole.as_bytes()).is_ok());
        let last_line = whole.len() - "END:VCALENDAR\r\n".len();
        for end in ["BEGIN:VCALENDAR".len(), 200, last_line, last_line + 9] {
            let cut = Pieces::of(&whole.as_bytes()[..end]);
            assert!(matches!(cut, Err(Error::CutOff { .. })), "{end}: {cut:?}");
        }
        assert!(Pieces::of(whole.trim_end().as_bytes()).is_ok());
        for nothing in [
            "",
            "<html><body>BEGIN:VCALENDAR</body></html>",
            "BEGIN:VEVENT\nEND:VEVENT\n",
        ] {
            assert!(matches!(
                Pieces::of(nothing.as_bytes()),
                Err(Error::NotCalendar)
            ));
        }
        assert_eq!(read(&file("")), (vec![], 0));
    }

    #[test]
    fn events_without_a_uid_or_with_that_of_another_are_events_of_their_own() {
        let bare = |title: &str| event("", &format!("SUMMARY:{title}\r\n")).replace("UID:\r\n", "");
        let same = |title: &str| event("all", &format!("SUMMARY:{title}\r\n"));
        let (events, _) = read(&file(
            &[bare("a"), bare("b"), same("c"), same("d")].concat(),
        ));
        let titles: Vec<&str> = events.iter().map(|(_, title)| title.as_str()).collect();
        assert_eq!(titles, ["a", "b", "c", "d"]);
        assert_ne!(events[0].0, events[1].0);
        // An older version of the same event is none.
        let old = event("1", "SEQUENCE:1\r\nSUMMARY:old\r\n");
        let new = event("1", "SEQUENCE:2\r\nSUMMARY:new\r\n");
        let (events, _) = read(&file(&(new + &old)));
        assert_eq!(events, [("1".to_owned(), "new".to_owned())]);
    }

    #[test]
    fn ends_that_are_missing_or_strange_do_no_harm() {
        let lame = "BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261123\r\nSUMMARY:a\r\nBEGIN:VALARM\r\nUID:alarm\r\nEND:VTOOD\r\n";
        let folded =
            "BEGIN:VEVENT\nUID;X=\"a:b\":lo\r\n ng\nDTSTART:20261124\nSUMMARY:b\nend:vevent\n";
        let (events, _) = read(&file(&format!("{lame}{folded}")));
        let wanted = [("1", "a"), ("long", "b")].map(|(u, t)| (u.to_owned(), t.to_owned()));
        assert_eq!(events, wanted);
        let deep = format!("BEGIN:VCALENDAR\n{}", "BEGIN:X-A\n".repeat(20));
        assert!(matches!(
            Pieces::of(deep.as_bytes()),
            Err(Error::TooDeep { .. })
        ));
    }
}
