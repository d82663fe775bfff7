//! How each provider's app writes what people do. All of it is on condition of the version that the person saw.

use jiff::{Timestamp, ToSpan};
use network::{Request, Response};
use serde_json::{Value, json};

use crate::{apps::At, practice::Practice};

use super::{
    items::Item,
    object::{Object, moment},
    words::{self, Slot},
};

/// Occurrences of a series, a day apart.
pub const DAYS: i64 = 4;

/// A new event.
pub struct New {
    pub mark: u32,
    pub title: String,
    pub place: String,
    pub text: String,
    pub start: Timestamp,
    pub series: bool,
}

/// What is done to an event that is there.
pub enum Deed<'a> {
    /// A value for a slot.
    Write(&'a Slot, &'a str),
    Move(Timestamp),
    /// This occurrence does not take place.
    Cancel(Timestamp),
    Delete,
}

/// An event or series as it is now, whole.
pub struct Whole {
    pub etag: String,
    /// All that it says, in which the numbers are.
    pub said: String,
    title: String,
    place: String,
    text: String,
    object: Option<Object>,
}

impl Whole {
    /// The number that one who writes over a slot has before them; an occurrence's is in the item.
    pub fn number(&self, slot: &Slot, item: &Item) -> Option<u32> {
        words::number(match (slot, &self.object) {
            (Slot::Title, _) => &self.title,
            (Slot::Place, _) => &self.place,
            (Slot::Text, _) => &self.text,
            (Slot::Occurrence(planned), Some(object)) => object.title_of(*planned)?,
            (Slot::Occurrence(_), None) => &item.title,
            (Slot::Start, _) => return None,
        })
    }

    /// When it starts: in an object as it says, elsewhere the item of the same version.
    pub fn start(&self, item: &Item) -> Option<Timestamp> {
        match &self.object {
            Some(object) => moment(object.get("DTSTART")?),
            None => item.start.parse().ok(),
        }
    }

    /// Whether this is still what the item was of.
    pub fn is_as_seen(&self, item: &Item) -> bool {
        match (&self.object, item.planned) {
            (None, _) => self.etag == item.etag,
            (Some(object), Some(planned)) => !object.is_cancelled(planned),
            (Some(_), None) => true,
        }
    }
}

/// Sends; whether it was done. What was changed or deleted meanwhile is not.
async fn send(practice: &Practice, at: At, request: Request) -> bool {
    let response = answer(practice, at, request).await;
    let (status, text) = (response.status, response.text());
    let meanwhile = matches!(status, 403 | 404 | 409 | 410 | 412);
    assert!(
        response.is_success() || meanwhile,
        "{at:?} {status}: {text:?}"
    );
    response.is_success()
}

async fn answer(practice: &Practice, at: At, request: Request) -> Response {
    let request = at.signed(practice, request);
    practice
        .send(request)
        .await
        .expect("who is spared is answered")
}

/// Reads a whole event; `None` if it is gone.
pub async fn read(practice: &Practice, at: At, id: &str) -> Option<Whole> {
    let request = Request::get(at.event(practice, id));
    let request = request.header("prefer", "outlook.body-content-type=\"text\"");
    let response = answer(practice, at, request).await;
    if !response.is_success() {
        return None;
    }
    let said = response.text().unwrap().to_owned();
    if at == At::Caldav {
        let object = Object::parse(&said);
        let get = |name: &str| object.get(name).unwrap_or_default().to_owned();
        return Some(Whole {
            etag: response.header("etag")?.to_owned(),
            title: get("SUMMARY"),
            place: get("LOCATION"),
            text: get("DESCRIPTION"),
            said: object.text(),
            object: Some(object),
        });
    }
    let json: Value = response.json().unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if json["status"] == "cancelled" {
        return None;
    }
    Some(Whole {
        etag: text(json.get("etag").or(json.get("@odata.etag"))?),
        title: text(json.get("summary").or(json.get("subject"))?),
        place: text(
            json.get("location")
                .map_or(&Value::Null, |l| l.get("displayName").unwrap_or(l)),
        ),
        text: text(json.get("description").unwrap_or(&json["body"]["content"])),
        said,
        object: None,
    })
}

/// Makes an event; whether it was taken.
pub async fn create(practice: &Practice, at: At, new: &New) -> bool {
    let calendar = at.calendar(practice);
    let end = new.start + 30.minutes();
    let request = match at {
        At::Google => {
            let mut body = json!({
                "summary": new.title, "location": new.place, "description": new.text,
                "start": { "dateTime": new.start.to_string(), "timeZone": "UTC" },
                "end": { "dateTime": end.to_string(), "timeZone": "UTC" },
            });
            if new.series {
                body["recurrence"] = json!([format!("RRULE:FREQ=DAILY;COUNT={DAYS}")]);
            }
            Request::post(format!("{calendar}/events")).json(&body)
        }
        At::Microsoft => {
            let mut body = json!({
                "subject": new.title, "location": { "displayName": new.place },
                "body": { "contentType": "text", "content": new.text },
                "start": local(new.start), "end": local(end),
            });
            if new.series {
                body["recurrence"] = json!({
                    "pattern": { "type": "daily", "interval": 1 },
                    "range": {
                        "type": "numbered", "startDate": new.start.strftime("%Y-%m-%d").to_string(),
                        "numberOfOccurrences": DAYS, "recurrenceTimeZone": "UTC",
                    },
                });
            }
            Request::post(format!("{calendar}/events")).json(&body)
        }
        At::Caldav => {
            let (form, rule) = (
                "%Y%m%dT%H%M%SZ",
                format!("RRULE:FREQ=DAILY;COUNT={DAYS}\r\n"),
            );
            let object = format!(
                "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//torture//EN\r\nBEGIN:VEVENT\r\nUID:torture-{}\r\n\
                 DTSTAMP:20260101T000000Z\r\nDTSTART:{}\r\nDTEND:{}\r\n{}SUMMARY:{}\r\nLOCATION:{}\r\nDESCRIPTION:{}\r\n\
                 END:VEVENT\r\nEND:VCALENDAR\r\n",
                new.mark,
                new.start.strftime(form),
                end.strftime(form),
                if new.series { &rule } else { "" },
                new.title,
                new.place,
                new.text,
            );
            return put_new(
                practice,
                &format!("{calendar}torture-{}.ics", new.mark),
                object,
            )
            .await;
        }
    };
    send(practice, at, request).await
}

/// Puts an object where there is none.
pub async fn put_new(practice: &Practice, url: &str, object: String) -> bool {
    let request = Request::put(url).header("if-none-match", "*");
    let request = request.body("text/calendar; charset=utf-8", object);
    send(practice, At::Caldav, request).await
}

/// Does it to an event; whether it was taken.
pub async fn change(
    practice: &Practice,
    at: At,
    item: &Item,
    whole: Whole,
    deed: &Deed<'_>,
) -> bool {
    if at == At::Caldav {
        return change_object(practice, item, whole, deed).await;
    }
    let of_occurrence = matches!(deed, Deed::Write(Slot::Occurrence(_), _) | Deed::Cancel(_));
    let id = if of_occurrence { &item.id } else { &item.whole };
    let url = at.event(practice, id);
    let google = at == At::Google;
    let request = match deed {
        Deed::Delete | Deed::Cancel(_) => Request::delete(url),
        Deed::Move(start) => {
            let time = |at: Timestamp| {
                if google {
                    json!({ "dateTime": at.to_string(), "timeZone": "UTC" })
                } else {
                    local(at)
                }
            };
            Request::patch(url)
                .json(&json!({ "start": time(*start), "end": time(*start + 30.minutes()) }))
        }
        Deed::Write(slot, text) => Request::patch(url).json(&match (slot, google) {
            (Slot::Place, true) => json!({ "location": text }),
            (Slot::Text, true) => json!({ "description": text }),
            (_, true) => json!({ "summary": text }),
            (Slot::Place, false) => json!({ "location": { "displayName": text } }),
            (Slot::Text, false) => json!({ "body": { "contentType": "text", "content": text } }),
            (_, false) => json!({ "subject": text }),
        }),
    };
    send(practice, at, request.header("if-match", whole.etag)).await
}

async fn change_object(practice: &Practice, item: &Item, whole: Whole, deed: &Deed<'_>) -> bool {
    let url = At::Caldav.event(practice, &item.whole);
    let mut object = whole.object.unwrap();
    match deed {
        Deed::Delete => {
            let request = Request::delete(url).header("if-match", whole.etag);
            return send(practice, At::Caldav, request).await;
        }
        Deed::Move(start) => object.move_to(*start),
        Deed::Cancel(planned) => object.cancel(*planned),
        Deed::Write(Slot::Occurrence(planned), text) => object.retitle(*planned, text),
        Deed::Write(Slot::Place, text) => object.set("LOCATION", text),
        Deed::Write(Slot::Text, text) => object.set("DESCRIPTION", text),
        Deed::Write(_, text) => object.set("SUMMARY", text),
    }
    let request = Request::put(url).header("if-match", whole.etag);
    let request = request.body("text/calendar; charset=utf-8", object.text());
    send(practice, At::Caldav, request).await
}

fn local(at: Timestamp) -> Value {
    json!({ "dateTime": at.to_string().replace('Z', ""), "timeZone": "UTC" })
}
