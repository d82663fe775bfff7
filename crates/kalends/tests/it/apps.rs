//! The Practice calendar as each provider's own app sees it: through that provider's API and nothing else.

use std::{collections::BTreeMap, time::Duration};

use jiff::{Timestamp, ToSpan, civil::Date};
use network::{Request, Response};
use serde_json::{Value, json};

use crate::{
    ics::lines,
    listing::{caldav_list, google_list, microsoft_list},
    practice::Practice,
    until::until,
};

/// How long a change may take from one app to the others on a machine that has other things to do: it is waited for, and not
/// measured.
pub const HOP: Duration = Duration::from_secs(30);
/// All three.
pub const ALL: [At; 3] = [At::Google, At::Microsoft, At::Caldav];

/// A provider.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum At {
    Google,
    Microsoft,
    Caldav,
}

/// Half an hour, or a whole day.
#[derive(Clone, Copy)]
pub enum When {
    At(Timestamp),
    Day(Date),
}

/// An event as an app lists it. `start` is an instant or a date, as text.
#[derive(Clone, Debug)]
pub struct Seen {
    pub id: String,
    pub title: String,
    pub start: String,
}

impl When {
    /// As [`Seen`] shows it.
    pub fn text(self) -> String {
        match self {
            Self::At(instant) => instant.to_string(),
            Self::Day(date) => date.to_string(),
        }
    }

    /// Half an hour later, or the next day.
    pub fn end(self) -> Self {
        match self {
            Self::At(instant) => Self::At(instant + 30.minutes()),
            Self::Day(date) => Self::Day(date.tomorrow().unwrap()),
        }
    }

    fn google(self) -> Value {
        match self {
            Self::At(instant) => json!({ "dateTime": instant.to_string(), "timeZone": "UTC" }),
            Self::Day(date) => json!({ "date": date.to_string() }),
        }
    }

    fn microsoft(self) -> Value {
        let local = match self {
            Self::At(instant) => instant.to_string().replace('Z', ""),
            Self::Day(date) => format!("{date}T00:00:00"),
        };
        json!({ "dateTime": local, "timeZone": "UTC" })
    }

    /// As a property of iCalendar.
    pub fn ics(self, name: &str) -> String {
        match self {
            Self::At(instant) => format!("{name}:{}", instant.strftime("%Y%m%dT%H%M%SZ")),
            Self::Day(date) => format!("{name};VALUE=DATE:{}", date.strftime("%Y%m%d")),
        }
    }
}

/// An hour of a day that lies some days ahead, so that nothing here falls out of anybody's window.
pub fn ahead(days: i64, hour: i64) -> When {
    When::At(Timestamp::from(day(days).in_tz("UTC").unwrap()) + hour.hours())
}

/// A day that lies some days ahead.
pub fn day(days: i64) -> Date {
    let now = identity::Clock::now(&identity::SystemClock);
    now.to_zoned(jiff::tz::TimeZone::UTC).date() + days.days()
}

impl At {
    /// The two others.
    pub fn others(self) -> [Self; 2] {
        match self {
            Self::Google => [Self::Microsoft, Self::Caldav],
            Self::Microsoft => [Self::Caldav, Self::Google],
            Self::Caldav => [Self::Google, Self::Microsoft],
        }
    }

    fn user(self, practice: &Practice) -> &Value {
        let stage = &practice.stage;
        let name = self.name();
        let users = stage[name]["users"].as_array().unwrap();
        let email = &stage["demo"]["practice"][name]["email"];
        users.iter().find(|user| user["email"] == *email).unwrap()
    }

    /// Its name in `sandbox.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Microsoft => "microsoft",
            Self::Caldav => "caldav",
        }
    }

    /// With this provider's sign-in.
    pub fn signed(self, practice: &Practice, request: Request) -> Request {
        let user = self.user(practice);
        let text = |key: &str| user[key].as_str().unwrap();
        let request = if practice.spared {
            request.header(sandbox::SPARED, "yes")
        } else {
            request
        };
        match self {
            Self::Caldav => request.basic(text("username"), text("password")),
            _ => request.bearer(text("token")),
        }
    }

    /// Address of the Practice calendar.
    pub fn calendar(self, practice: &Practice) -> String {
        let place = &practice.stage["demo"]["practice"][self.name()];
        let root = practice.stage[self.name()]["root"].as_str().unwrap();
        let id = || place["calendar_id"].as_str().unwrap().replace('@', "%40");
        match self {
            Self::Google => format!("{root}calendar/v3/calendars/{}", id()),
            Self::Microsoft => format!("{root}v1.0/me/calendars/{}", id()),
            Self::Caldav => place["calendar_url"].as_str().unwrap().to_owned(),
        }
    }

    /// Address of one event.
    pub fn event(self, practice: &Practice, id: &str) -> String {
        let root = practice.stage[self.name()]["root"].as_str().unwrap();
        match self {
            Self::Google => format!("{}/events/{id}", self.calendar(practice)),
            Self::Microsoft => format!("{root}v1.0/me/events/{id}"),
            Self::Caldav => format!("{}{id}", root.trim_end_matches('/')),
        }
    }

    /// Asks until it is not refused: 429 and 503 did nothing. `None` if the reply was lost.
    async fn admitted(self, practice: &Practice, request: Request) -> Option<Response> {
        for _ in 0..40 {
            let request = self.signed(practice, request.clone());
            let response = practice.send(request).await?;
            if !matches!(response.status, 429 | 503) {
                let (status, text) = (response.status, response.text());
                assert!(response.is_success(), "{self:?} {status}: {text:?}");
                return Some(response);
            }
        }
        panic!("{self:?}: refused for ever");
    }

    /// Reads; asks again when the reply was lost. So many are lost one after the other in no run that anybody will see; eight are
    /// in one of some hundred.
    pub async fn read(self, practice: &Practice, request: impl Fn() -> Request) -> Response {
        for _ in 0..40 {
            if let Some(response) = self.admitted(practice, request()).await {
                return response;
            }
        }
        panic!("{self:?}: no reply at all");
    }

    /// Writes; the reply may be lost, but not be a refusal for good.
    pub async fn write(self, practice: &Practice, request: Request) {
        self.admitted(practice, request).await;
    }

    /// Creates an event.
    pub async fn create(self, practice: &Practice, title: &str, when: When) {
        let calendar = self.calendar(practice);
        let whole = matches!(when, When::Day(_));
        let request = match self {
            Self::Google => Request::post(format!("{calendar}/events"))
                .json(&json!({ "summary": title, "start": when.google(), "end": when.end().google() })),
            Self::Microsoft => Request::post(format!("{calendar}/events")).json(&json!({
                "subject": title, "isAllDay": whole, "start": when.microsoft(), "end": when.end().microsoft(),
            })),
            Self::Caldav => return put_new(practice, &calendar, title, when).await,
        };
        self.write(practice, request).await;
    }

    /// Changes title and start of the one event that has this title.
    pub async fn change(self, practice: &Practice, title: &str, new: &str, when: Option<When>) {
        let url = self.event(practice, &self.only(practice, title).await.id);
        let mut body = match self {
            Self::Google => json!({ "summary": new }),
            Self::Microsoft => json!({ "subject": new }),
            Self::Caldav => return rewrite(practice, &url, new, when).await,
        };
        if let Some(when) = when {
            let of = |when: When| {
                if self == Self::Google {
                    when.google()
                } else {
                    when.microsoft()
                }
            };
            body["start"] = of(when);
            body["end"] = of(when.end());
        }
        self.write(practice, Request::patch(url).json(&body)).await;
    }

    /// Deletes the one event that has this title.
    pub async fn delete(self, practice: &Practice, title: &str) {
        let url = self.event(practice, &self.only(practice, title).await.id);
        self.write(practice, Request::delete(url)).await;
    }

    /// The one event that has this title.
    pub async fn only(self, practice: &Practice, title: &str) -> Seen {
        let mut seen = self.events(practice).await;
        seen.retain(|event| event.title == title);
        assert_eq!(seen.len(), 1, "{self:?}: {title}");
        seen.remove(0)
    }

    /// Singles and series, without their changed occurrences.
    pub async fn events(self, practice: &Practice) -> Vec<Seen> {
        let calendar = self.calendar(practice);
        match self {
            Self::Google => {
                google_list(practice, &format!("{calendar}/events?maxResults=2500")).await
            }
            Self::Microsoft => {
                microsoft_list(practice, format!("{calendar}/events?$top=100")).await
            }
            Self::Caldav => caldav_list(practice, "").await,
        }
    }

    /// Starts of the occurrences of one title in a range, expanded by the provider, in order.
    pub async fn occurrences(
        self,
        practice: &Practice,
        title: &str,
        from: Date,
        to: Date,
    ) -> Vec<String> {
        let mut seen = self.expanded(practice, from, to).await;
        seen.retain(|event| event.title == title);
        let mut starts: Vec<String> = seen.into_iter().map(|event| event.start).collect();
        starts.sort();
        starts
    }

    /// All that happens in a range, expanded by the provider.
    pub async fn expanded(self, practice: &Practice, from: Date, to: Date) -> Vec<Seen> {
        let calendar = self.calendar(practice);
        match self {
            Self::Google => {
                let range = format!("timeMin={from}T00:00:00Z&timeMax={to}T00:00:00Z");
                google_list(
                    practice,
                    &format!("{calendar}/events?maxResults=2500&singleEvents=true&{range}"),
                )
                .await
            }
            Self::Microsoft => {
                let range = format!("startDateTime={from}T00:00:00Z&endDateTime={to}T00:00:00Z");
                microsoft_list(
                    practice,
                    format!("{calendar}/calendarView?{range}&$top=100"),
                )
                .await
            }
            Self::Caldav => {
                let (from, to) = (
                    from.strftime("%Y%m%dT000000Z"),
                    to.strftime("%Y%m%dT000000Z"),
                );
                caldav_list(practice, &format!("start=\"{from}\" end=\"{to}\"")).await
            }
        }
    }
}

/// Puts a new object into a CalDAV calendar. Name and UID follow from title and calendar.
pub async fn put_new(practice: &Practice, calendar: &str, title: &str, when: When) {
    let name: String = title.bytes().map(|byte| format!("{byte:02x}")).collect();
    let object = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//acceptance//EN\r\nBEGIN:VEVENT\r\nUID:{name}@acceptance\r\n\
         DTSTAMP:20260101T000000Z\r\n{}\r\n{}\r\nSUMMARY:{title}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        when.ics("DTSTART"),
        when.end().ics("DTEND"),
    );
    let request = Request::put(format!("{calendar}{name}.ics"))
        .header("if-none-match", "*")
        .body("text/calendar; charset=utf-8", object);
    At::Caldav.write(practice, request).await;
}

/// Reads an object, changes its first event as a phone does, and puts it back.
async fn rewrite(practice: &Practice, url: &str, title: &str, when: Option<When>) {
    let old = At::Caldav.read(practice, || Request::get(url)).await;
    let mut inside = false;
    let mut new = String::new();
    for line in lines(old.text().unwrap()) {
        inside = line == "BEGIN:VEVENT" || (inside && line != "END:VEVENT");
        let name = line.split([':', ';']).next().unwrap();
        new += &match (inside, name, when) {
            (true, "SUMMARY", _) => format!("SUMMARY:{title}"),
            (true, "DTSTART", Some(when)) => when.ics("DTSTART"),
            (true, "DTEND", Some(when)) => when.end().ics("DTEND"),
            (true, "DURATION", Some(_)) => continue,
            _ => line.clone(),
        };
        new += "\r\n";
    }
    let request = Request::put(url)
        .header("if-match", old.header("etag").unwrap())
        .body("text/calendar; charset=utf-8", new);
    At::Caldav.write(practice, request).await;
}

/// How often each title that `of_interest` likes is there, and when it starts.
pub type Titles = BTreeMap<String, Vec<String>>;

/// Those titles of one provider.
pub async fn titles(practice: &Practice, at: At, of_interest: impl Fn(&str) -> bool) -> Titles {
    let mut titles = Titles::new();
    for event in at.events(practice).await {
        if of_interest(&event.title) {
            titles.entry(event.title).or_default().push(event.start);
        }
    }
    titles
}

/// Waits until all three have exactly these titles among those of interest, each once, at its time.
pub async fn all_have(
    practice: &Practice,
    what: &str,
    deadline: Duration,
    expected: &[(String, When)],
    of_interest: impl Fn(&str) -> bool,
) {
    let expected: Titles = expected
        .iter()
        .map(|(title, when)| (title.clone(), vec![when.text()]))
        .collect();
    until(what, deadline, async || {
        let mut wrong = String::new();
        for at in ALL {
            let mut found = titles(practice, at, &of_interest).await;
            let lacks: Vec<_> = expected
                .iter()
                .filter(|(title, at)| found.get(*title) != Some(at))
                .collect();
            found.retain(|title, at| expected.get(title) != Some(at));
            if !(lacks.is_empty() && found.is_empty()) {
                wrong += &format!("{at:?} lacks {lacks:?} and has {found:?}; ");
            }
        }
        if wrong.is_empty() {
            return Ok(());
        }
        let said = std::fs::read_to_string(practice.stderr()).unwrap_or_default();
        let last: Vec<&str> = said.lines().rev().take(12).collect();
        Err(format!("{wrong}the hub said, latest first: {last:#?}"))
    })
    .await;
}
