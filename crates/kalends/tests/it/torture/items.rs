//! The calendars as people see them in their apps: every occurrence, with what it shows.

use std::collections::BTreeSet;

use jiff::{Timestamp, ToSpan};
use network::{Request, Response};
use serde_json::Value;

use crate::{
    apps::{At, day},
    ics::{lines, objects, vevents},
    practice::Practice,
};

use super::{object::moment, words, world::World, writes::DAYS};

/// A single event, or one occurrence of a series.
#[derive(Clone, Debug)]
pub struct Item {
    /// What the app would write to.
    pub id: String,
    /// The series, or the event itself.
    pub whole: String,
    pub etag: String,
    pub title: String,
    pub place: String,
    pub text: String,
    /// An instant or a date.
    pub start: String,
    /// Of an occurrence: for when it was planned.
    pub planned: Option<Timestamp>,
}

impl Item {
    /// Whether it is an occurrence that its provider has as an event of its own among `items`, since its series has no slot for
    /// it any more.
    pub fn is_apart(&self, items: &[Item]) -> bool {
        let mark = words::mark(&self.title);
        let of_series = |i: &Item| i.planned.is_some() && words::mark(&i.title) == mark;
        self.planned.is_none() && items.iter().any(of_series)
    }

    /// The numbers of its event that its start may tell: an occurrence is so many days after the start of its series.
    pub fn starts(&self, world: &World, mark: u32) -> Vec<u32> {
        let Ok(start) = self.start.parse::<Timestamp>() else {
            return Vec::new();
        };
        let of_days = (0..DAYS).map(|day| start - (24 * day).hours());
        let numbers = of_days.filter_map(|start| words::number_of_start(world.epoch, start));
        let ledger = world.ledger();
        let of_it = |number: &u32| {
            ledger
                .edits
                .get(number)
                .is_some_and(|edit| edit.mark == mark)
        };
        numbers.filter(of_it).collect()
    }
}

/// A calendar at a provider.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Calendar {
    /// The practice's.
    Practice(At),
    /// Ada's own at Google or Microsoft, which are told when she is busy.
    Own(At),
}

impl Calendar {
    fn at(self) -> At {
        match self {
            Self::Practice(at) | Self::Own(at) => at,
        }
    }

    fn url(self, practice: &Practice) -> String {
        let root = |at: At| practice.stage[at.name()]["root"].as_str().unwrap();
        match self {
            Self::Practice(at) => at.calendar(practice),
            Self::Own(At::Google) => format!("{}calendar/v3/calendars/primary", root(At::Google)),
            Self::Own(at) => format!("{}v1.0/me", root(at)),
        }
    }

    /// Every occurrence, as the provider expands them.
    pub async fn items(self, practice: &Practice) -> Vec<Item> {
        let (from, to) = (day(-40), day(80));
        let url = self.url(practice);
        let answers = match self.at() {
            At::Google => {
                let range = format!("timeMin={from}T00:00:00Z&timeMax={to}T00:00:00Z");
                let url = format!("{url}/events?maxResults=2500&singleEvents=true&{range}");
                pages(practice, At::Google, url).await
            }
            At::Microsoft => {
                let range = format!("startDateTime={from}T00:00:00Z&endDateTime={to}T00:00:00Z");
                let url = format!("{url}/calendarView?{range}&$top=500");
                pages(practice, At::Microsoft, url).await
            }
            At::Caldav => {
                let day = "%Y%m%dT000000Z";
                let range = format!(
                    "start=\"{}\" end=\"{}\"",
                    from.strftime(day),
                    to.strftime(day)
                );
                let inside = format!("<c:time-range {range}/>");
                let answer = query(practice, &url, &format!("<c:expand {range}/>"), &inside).await;
                return caldav(answer.text().unwrap());
            }
        };
        let read = if self.at() == At::Google {
            google
        } else {
            microsoft
        };
        let lists = answers.iter().map(|answer| {
            let json: Value = answer.json().unwrap();
            let list = json.get("items").or(json.get("value")).unwrap();
            list.as_array().unwrap().iter().filter_map(read).collect()
        });
        lists.collect::<Vec<Vec<Item>>>().concat()
    }

    /// Everything that is said about its events, unexpanded, as text without line breaks of the format's own.
    pub async fn everything(self, practice: &Practice) -> String {
        let url = self.url(practice);
        let answers = match self.at() {
            At::Google => {
                let url = format!("{url}/events?maxResults=2500&showDeleted=true");
                pages(practice, At::Google, url).await
            }
            At::Microsoft => pages(practice, At::Microsoft, format!("{url}/events?$top=500")).await,
            At::Caldav => {
                let answer = query(practice, &url, "", "").await;
                let all = objects(answer.text().unwrap());
                return all
                    .iter()
                    .flat_map(|(_, o)| lines(o))
                    .collect::<Vec<_>>()
                    .join("\n");
            }
        };
        let texts = answers.iter().map(|answer| answer.text().unwrap());
        texts.collect::<Vec<_>>().join("\n")
    }
}

/// What of the titles are ours.
pub fn marks(items: &[Item]) -> BTreeSet<u32> {
    items.iter().filter_map(|i| words::mark(&i.title)).collect()
}

async fn pages(practice: &Practice, at: At, url: String) -> Vec<Response> {
    let (mut answers, mut next) = (Vec::new(), Some(url.clone()));
    while let Some(page) = next {
        let read = || Request::get(&page).header("prefer", "outlook.body-content-type=\"text\"");
        let answer = at.read(practice, read).await;
        let json: Value = answer.json().unwrap();
        let token = json["nextPageToken"].as_str();
        next = token.map(|token| format!("{url}&pageToken={token}"));
        next = next.or(json["@odata.nextLink"].as_str().map(str::to_owned));
        answers.push(answer);
    }
    answers
}

async fn query(practice: &Practice, url: &str, expand: &str, inside: &str) -> Response {
    let body = format!(
        "<c:calendar-query xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\"><d:prop><d:getetag/>\
         <c:calendar-data>{expand}</c:calendar-data></d:prop><c:filter><c:comp-filter name=\"VCALENDAR\">\
         <c:comp-filter name=\"VEVENT\">{inside}</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"
    );
    let report = || {
        let report = Request::report(url).header("depth", "1");
        report.body("application/xml", body.clone())
    };
    At::Caldav.read(practice, report).await
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().trim().to_owned()
}

fn google(item: &Value) -> Option<Item> {
    if item["status"] == "cancelled" {
        return None;
    }
    let instant = |time: &Value| time["dateTime"].as_str()?.parse::<Timestamp>().ok();
    let start = instant(&item["start"]).map(|at| at.to_string());
    let series = item["recurringEventId"].as_str();
    Some(Item {
        id: text(&item["id"]),
        whole: series.map_or_else(|| text(&item["id"]), str::to_owned),
        etag: text(&item["etag"]),
        title: text(&item["summary"]),
        place: text(&item["location"]),
        text: text(&item["description"]),
        start: start.unwrap_or_else(|| text(&item["start"]["date"])),
        planned: series.and_then(|_| instant(&item["originalStartTime"])),
    })
}

fn microsoft(item: &Value) -> Option<Item> {
    let local = item["start"]["dateTime"].as_str()?;
    let start = match item["isAllDay"].as_bool() {
        Some(true) => local[..10].to_owned(),
        _ => format!("{local}Z").parse::<Timestamp>().ok()?.to_string(),
    };
    let series = item["seriesMasterId"].as_str();
    let planned = || item["originalStart"].as_str()?.parse().ok();
    Some(Item {
        id: text(&item["id"]),
        whole: series.map_or_else(|| text(&item["id"]), str::to_owned),
        etag: text(&item["@odata.etag"]),
        title: text(&item["subject"]),
        place: text(&item["location"]["displayName"]),
        text: text(&item["body"]["content"]),
        start,
        planned: series.and_then(|_| planned()),
    })
}

fn caldav(multistatus: &str) -> Vec<Item> {
    let mut items = Vec::new();
    for (path, object) in objects(multistatus) {
        for event in vevents(&object) {
            let plain = |name: &str| event.raw(name).replace('\\', "").trim().to_owned();
            items.push(Item {
                id: path.clone(),
                whole: path.clone(),
                etag: String::new(),
                title: event.title(),
                place: plain("LOCATION"),
                text: plain("DESCRIPTION"),
                start: event.start(),
                planned: moment(event.raw("RECURRENCE-ID")),
            });
        }
    }
    firsts(&mut items);
    items
}

/// The first occurrence of a series that is expanded says as little of that as a single event: it is known by the others.
fn firsts(items: &mut [Item]) {
    let series: BTreeSet<String> = items
        .iter()
        .filter(|item| item.planned.is_some())
        .map(|item| item.whole.clone())
        .collect();
    let unsaid = |item: &&mut Item| item.planned.is_none() && series.contains(&item.whole);
    for item in items.iter_mut().filter(unsaid) {
        item.planned = item.start.parse().ok();
    }
}

/// The first day of the starts that tell numbers: none of them falls out of anybody's window.
pub fn epoch() -> Timestamp {
    Timestamp::from(day(3).in_tz("UTC").unwrap()) + 0.hours()
}
