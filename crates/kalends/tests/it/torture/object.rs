//! A CalDAV object, read and changed as a phone does it.

use jiff::{Timestamp, ToSpan, civil, tz::TimeZone};

use crate::ics::lines;

/// The lines of an object, its VEVENTs apart. The first of them is the event or the series.
pub struct Object {
    head: Vec<String>,
    events: Vec<Vec<String>>,
    tail: Vec<String>,
}

impl Object {
    /// Reads one.
    pub fn parse(text: &str) -> Self {
        let (mut head, mut events, mut tail) = (Vec::new(), Vec::new(), Vec::new());
        let mut inside: Option<Vec<String>> = None;
        for line in lines(text) {
            match line.as_str() {
                "BEGIN:VEVENT" => inside = Some(Vec::new()),
                "END:VEVENT" => events.extend(inside.take()),
                _ => match &mut inside {
                    Some(event) => event.push(line),
                    None if events.is_empty() => head.push(line),
                    None => tail.push(line),
                },
            }
        }
        events.sort_by_key(|event| find(event, "RECURRENCE-ID").is_some());
        Self { head, events, tail }
    }

    /// As it is put back.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut say = |line: &str| text.extend([line, "\r\n"]);
        self.head.iter().for_each(|line| say(line));
        for event in &self.events {
            say("BEGIN:VEVENT");
            event.iter().for_each(|line| say(line));
            say("END:VEVENT");
        }
        self.tail.iter().for_each(|line| say(line));
        text
    }

    /// A property of the event or series.
    pub fn get(&self, name: &str) -> Option<&str> {
        value(&self.events[0], name)
    }

    /// Sets a text property; where an occurrence has the same as the series, there too.
    pub fn set(&mut self, name: &str, text: &str) {
        let old = self.get(name).map(str::to_owned);
        for event in &mut self.events {
            if value(event, name) == old.as_deref() {
                event.retain(|line| !is(line, name));
                event.push(format!("{name}:{text}"));
            }
        }
    }

    /// Moves a single event.
    pub fn move_to(&mut self, start: Timestamp) {
        let end = start + 30.minutes();
        let event = &mut self.events[0];
        event.retain(|line| !["DTSTART", "DTEND", "DURATION"].iter().any(|n| is(line, n)));
        event.push(format!("DTSTART:{}", start.strftime("%Y%m%dT%H%M%SZ")));
        event.push(format!("DTEND:{}", end.strftime("%Y%m%dT%H%M%SZ")));
    }

    /// Gives an occurrence a title of its own.
    pub fn retitle(&mut self, planned: Timestamp, title: &str) {
        let summary = format!("SUMMARY:{title}");
        if let Some(event) = self.occurrence(planned) {
            event.retain(|line| !is(line, "SUMMARY"));
            event.push(summary);
            return;
        }
        let mut event = self.events[0].clone();
        let of_series = ["RRULE", "EXDATE", "DTSTART", "DTEND", "DURATION", "SUMMARY"];
        event.retain(|line| !of_series.iter().any(|name| is(line, name)));
        event.push(self.time("RECURRENCE-ID", planned));
        event.push(self.time("DTSTART", planned));
        event.push(self.time("DTEND", planned + 30.minutes()));
        event.push(summary);
        self.events.push(event);
    }

    /// The title that an occurrence has for itself.
    pub fn title_of(&self, planned: Timestamp) -> Option<&str> {
        let mut events = self.events.iter();
        let own = events.find(|event| planned_for(event) == Some(planned))?;
        value(own, "SUMMARY")
    }

    /// Whether an occurrence is taken out.
    pub fn is_cancelled(&self, planned: Timestamp) -> bool {
        let mut lines = self.events[0].iter().filter(|line| is(line, "EXDATE"));
        lines.any(|line| {
            let (_, values) = line.rsplit_once(':').unwrap();
            values.split(',').any(|v| moment(v) == Some(planned))
        })
    }

    /// Takes an occurrence out.
    pub fn cancel(&mut self, planned: Timestamp) {
        self.events
            .retain(|event| planned_for(event) != Some(planned));
        let line = self.time("EXDATE", planned);
        self.events[0].push(line);
    }

    fn occurrence(&mut self, planned: Timestamp) -> Option<&mut Vec<String>> {
        let mut events = self.events.iter_mut();
        events.find(|event| planned_for(event) == Some(planned))
    }

    /// A moment in the form in which the series has its start.
    fn time(&self, name: &str, at: Timestamp) -> String {
        let start = find(&self.events[0], "DTSTART").unwrap();
        let (key, value) = start.split_once(':').unwrap();
        let parameters = key.strip_prefix("DTSTART").unwrap();
        let utc = if value.ends_with('Z') { "Z" } else { "" };
        format!("{name}{parameters}:{}{utc}", at.strftime("%Y%m%dT%H%M%S"))
    }
}

fn planned_for(event: &[String]) -> Option<Timestamp> {
    find(event, "RECURRENCE-ID").and_then(moment)
}

fn is(line: &str, name: &str) -> bool {
    line.split([':', ';']).next() == Some(name)
}

fn find<'a>(event: &'a [String], name: &str) -> Option<&'a str> {
    let line = event.iter().find(|line| is(line, name))?;
    Some(line)
}

fn value<'a>(event: &'a [String], name: &str) -> Option<&'a str> {
    find(event, name)?.split_once(':').map(|(_, value)| value)
}

/// The moment of a property. All that is written here is in UTC, however it is said.
pub fn moment(line: &str) -> Option<Timestamp> {
    let value = line.rsplit(':').next()?.trim_end_matches('Z');
    let local = civil::DateTime::strptime("%Y%m%dT%H%M%S", value).ok()?;
    TimeZone::UTC.to_timestamp(local).ok()
}
