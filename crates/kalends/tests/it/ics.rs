//! As much of iCalendar and WebDAV as a test needs to look at a CalDAV calendar, independent of what it tests.

use jiff::{civil, tz::TimeZone};

/// One VEVENT: its properties as name with parameters, and raw value.
pub struct Vevent(Vec<(String, String)>);

impl Vevent {
    fn get(&self, name: &str) -> Option<&(String, String)> {
        let is = |key: &str| key.split(';').next() == Some(name);
        self.0.iter().find(|(key, _)| is(key))
    }

    /// Whether this is a changed occurrence and not a single event or the series.
    pub fn is_override(&self) -> bool {
        self.get("RECURRENCE-ID").is_some()
    }

    /// A property's value as it stands there.
    pub fn raw(&self, name: &str) -> &str {
        self.get(name).map_or("", |(_, value)| value)
    }

    /// SUMMARY, without escapes.
    pub fn title(&self) -> String {
        let mut text = String::new();
        let mut chars = self.raw("SUMMARY").chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => text.extend(chars.next()),
                c => text.push(c),
            }
        }
        text
    }

    /// DTSTART as a date or as an instant; whatever cannot be read is returned as it is.
    pub fn start(&self) -> String {
        let (key, value) = self.get("DTSTART").unwrap();
        if key.contains("VALUE=DATE") && !key.contains("VALUE=DATE-TIME") {
            let date = civil::Date::strptime("%Y%m%d", value);
            return date.map_or(value.clone(), |date| date.to_string());
        }
        let zone = match key.split_once("TZID=") {
            Some((_, id)) => TimeZone::get(id.split(';').next().unwrap().trim_matches('"')),
            None => Ok(TimeZone::UTC),
        };
        let local = civil::DateTime::strptime("%Y%m%dT%H%M%S", value.trim_end_matches('Z'));
        match (zone, local) {
            (Ok(zone), Ok(local)) => local.to_zoned(zone).unwrap().timestamp().to_string(),
            _ => format!("{key}:{value}"),
        }
    }
}

/// Content lines, unfolded.
pub fn lines(text: &str) -> Vec<String> {
    let text = text
        .replace("\r\n", "\n")
        .replace("\n ", "")
        .replace("\n\t", "");
    text.lines().map(str::to_owned).collect()
}

/// The VEVENTs of an object. Components inside them (alarms) are left out.
pub fn vevents(text: &str) -> Vec<Vevent> {
    let mut events = Vec::new();
    let mut inside: Vec<String> = Vec::new();
    for line in lines(text) {
        match line.split_once(':') {
            Some(("BEGIN", name)) => {
                inside.push(name.to_owned());
                if name == "VEVENT" {
                    events.push(Vevent(Vec::new()));
                }
            }
            Some(("END", _)) => drop(inside.pop()),
            Some((key, value)) if inside.last().is_some_and(|name| name == "VEVENT") => {
                events
                    .last_mut()
                    .unwrap()
                    .0
                    .push((key.to_owned(), value.to_owned()));
            }
            _ => {}
        }
    }
    events
}

/// Path and object of every response of a multistatus.
pub fn objects(multistatus: &str) -> Vec<(String, String)> {
    let text_of = |response: &str, name: &str| -> Option<String> {
        let start = response
            .find(&format!("{name}>"))
            .or_else(|| response.find(&format!("{name} ")))?;
        let (_, rest) = response[start..].split_once('>')?;
        let text = match rest.strip_prefix("<![CDATA[") {
            Some(raw) => return Some(raw.split("]]>").next()?.to_owned()),
            None => rest.split('<').next()?,
        };
        let text = text
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&#13;", "\r");
        Some(
            text.replace("&quot;", "\"")
                .replace("&apos;", "'")
                .replace("&amp;", "&"),
        )
    };
    let responses = multistatus
        .split("response>")
        .filter(|part| part.contains("href>"));
    responses
        .filter_map(|part| Some((text_of(part, "href")?, text_of(part, "calendar-data")?)))
        .collect()
}
