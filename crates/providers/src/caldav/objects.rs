//! Single calendar object resources: read, write, remove (RFC 4791 5.3).

use calendar::Event;
use jiff::{Timestamp, fmt::rfc2822};
use network::{Request, Response, Url};
use protocols::{
    caldav::{PropFind, name},
    icalendar::{self, component::Property, parse, write as text},
};
use sync::{Stamp, Version, replication::Reply};

use super::{
    client::{Client, Read, Written, conditions, refusal},
    href,
    quirks::Quirks,
};
use crate::{Failure, Found, Malformed, Seen, Sighting};

const CALENDAR: &str = "text/calendar; charset=utf-8";

/// What is in an object.
pub(super) enum Content {
    /// One event, and the stamp that it bears.
    Event(Box<Event>, Option<Stamp>),
    /// Something else: tasks, journals.
    Other,
    /// It cannot be read, and why.
    Malformed(String),
}

/// Reads the text of an object.
pub(super) fn content(body: &[u8]) -> Content {
    let mut parsed = match parse::parse(body) {
        Ok(parsed) => parsed,
        Err(error) => return Content::Malformed(error.to_string()),
    };
    let stamp = take_stamp(&mut parsed);
    let mut events = icalendar::read_parsed(&parsed);
    if events.len() > 1 {
        let reason = "the object holds events of several UIDs; CalDAV allows one";
        return Content::Malformed(reason.to_owned());
    }
    match events.pop() {
        None => Content::Other,
        Some(Ok(mapped)) => Content::Event(Box::new(mapped.value), stamp),
        Some(Err(error)) => Content::Malformed(error.to_string()),
    }
}

/// Takes out our mark, which is no part of the event.
fn take_stamp(parsed: &mut parse::Parsed) -> Option<Stamp> {
    let mut stamp = None;
    let calendars = parsed.components.iter_mut();
    for component in calendars.flat_map(|c| &mut c.components) {
        let found = component.property(icalendar::STAMP);
        stamp = stamp.or_else(|| found?.value.trim().parse().ok());
        component.properties.retain(|p| !p.is(icalendar::STAMP));
    }
    stamp
}

/// The version that an ETag stands for.
pub(super) fn version(etag: &str) -> Version {
    Version {
        tag: etag.to_owned(),
        order: None,
    }
}

/// What If-Match gets. Proxies that compress make strong tags weak, and a weak one never matches (RFC 9110 13.1.1).
fn if_match(version: &Version) -> &str {
    version.tag.strip_prefix("W/").unwrap_or(&version.tag)
}

/// An HTTP date, as `getlastmodified` and `Last-Modified` have it.
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    let parser = rfc2822::DateTimeParser::new().relaxed_weekday(true);
    parser.parse_timestamp(text.trim()).ok()
}

/// What is there, with the event's own LAST-MODIFIED where the server says nothing.
pub(super) fn found(
    event: Event,
    stamp: Option<Stamp>,
    etag: &str,
    modified: Option<Timestamp>,
) -> Found {
    Found {
        version: version(etag),
        modified: modified.or(event.updated),
        body: event,
        stamp,
    }
}

impl Client {
    /// The object with this id.
    pub(super) async fn look(&self, collection: &Url, id: &str) -> Result<Seen, Failure> {
        let url = href::address(collection, id);
        let request = Request::get(&url).header("accept", "text/calendar");
        let response = self.read(request).await?;
        if matches!(response.status, 404 | 410) {
            return Ok(Seen::Nothing);
        }
        if !response.is_success() {
            return Err(refusal(&response));
        }
        let (event, stamp) = match content(&response.body) {
            Content::Event(event, stamp) => (*event, stamp),
            Content::Other => return Ok(Seen::Nothing),
            Content::Malformed(reason) => {
                let id = id.to_owned();
                return Ok(Seen::Malformed(Malformed { id, reason }));
            }
        };
        let etag = match response.header("etag") {
            Some(etag) => etag.to_owned(),
            None => match self.etag(&url).await? {
                Some(etag) => etag,
                None => return Ok(Seen::Nothing),
            },
        };
        let modified = response.header("last-modified").and_then(http_date);
        Ok(Seen::Event(Box::new(Sighting {
            id: id.to_owned(),
            found: Some(found(event, stamp, &etag, modified)),
        })))
    }

    async fn etag(&self, url: &Url) -> Result<Option<String>, Failure> {
        let find = PropFind::props([name::GETETAG]).write();
        let answer = self.multistatus(Read::Propfind, url, "0", &find).await;
        match answer {
            Err(Failure::CalendarGone) => Ok(None),
            Err(failure) => Err(failure),
            Ok(answer) => {
                let mut tags = answer
                    .responses
                    .iter()
                    .filter_map(|r| r.text(&name::GETETAG));
                let tag = tags.next().map(str::to_owned);
                tag.map(Some)
                    .ok_or_else(|| Failure::Protocol("an object without an ETag".to_owned()))
            }
        }
    }

    /// Writes an object; `condition` is the version that it must have, or `None` where there must be nothing.
    pub(super) async fn put(
        &self,
        collection: &Url,
        id: &str,
        condition: Option<&Version>,
        event: &Event,
        stamp: Stamp,
    ) -> Result<Reply, Failure> {
        let body = self.object(event, stamp);
        let request = Request::put(href::address(collection, id)).body(CALENDAR, body.clone());
        let request = match condition {
            None => request.header("if-none-match", "*"),
            Some(version) => request.header("if-match", if_match(version)),
        };
        let Written::Answer(response) = self.write(request).await? else {
            return Ok(Reply::Unknown);
        };
        let creating = condition.is_none();
        if !response.is_success() {
            return refused(collection, &response, creating);
        }
        if response
            .header("location")
            .is_some_and(|l| href::id(collection, l).as_deref() != Some(id))
        {
            // Stored under a name of the server's own: only a look can tell.
            return Ok(Reply::StoredUnread);
        }
        // A strong ETag says that what is stored is what was sent (RFC 4791 5.3.4).
        let strong = response.header("etag").filter(|tag| !tag.starts_with("W/"));
        let known = strong.filter(|_| !Quirks::of(collection).reread_after_put());
        match (known, content(body.as_bytes())) {
            (Some(etag), Content::Event(event, _)) => Ok(Reply::Stored {
                id: id.to_owned(),
                version: version(etag),
                body: event,
            }),
            _ => Ok(Reply::StoredUnread),
        }
    }

    /// The text of an object, with the stamp in each component, so that none differs from the others by it.
    fn object(&self, event: &Event, stamp: Stamp) -> String {
        let mut tree = icalendar::tree(&[event], self.clock.now());
        let stamp = Property::new(icalendar::STAMP, stamp.to_string());
        for event in tree.components.iter_mut().filter(|c| c.is("VEVENT")) {
            event.properties.push(stamp.clone());
        }
        text::write(&tree)
    }

    /// Removes an object that still has this version.
    pub(super) async fn remove(
        &self,
        collection: &Url,
        id: &str,
        version: &Version,
    ) -> Result<Reply, Failure> {
        let url = href::address(collection, id);
        if Quirks::of(collection).blind_delete() {
            match self.etag(&url).await? {
                Some(tag) if tag == version.tag => {}
                Some(_) => return Ok(Reply::Stale),
                None => return Ok(Reply::Missing),
            }
        }
        let request = Request::delete(url)
            .header("if-match", if_match(version))
            // RFC 6638 8.1: no «declined» to the organizer.
            .header("schedule-reply", "F");
        let Written::Answer(response) = self.write(request).await? else {
            return Ok(Reply::Unknown);
        };
        match response.status {
            200..300 => Ok(Reply::Deleted),
            404 | 410 => Ok(Reply::Missing),
            412 => Ok(Reply::Stale),
            status => declined(status, &conditions(&response)),
        }
    }
}

/// What the refusal of a PUT means.
fn refused(collection: &Url, response: &Response, creating: bool) -> Result<Reply, Failure> {
    let conditions = conditions(response);
    let unique = conditions.contains("no-uid-conflict");
    let unique_uid = Quirks::of(collection).unique_uid();
    match response.status {
        412 if creating => Ok(Reply::Exists),
        412 => Ok(Reply::Stale),
        404 | 410 if !creating => Ok(Reply::Missing),
        // RFC 4918 9.7.1: the collection is not there.
        404 | 409 | 410 if creating && conditions.is_empty() && !unique_uid => {
            Err(Failure::CalendarGone)
        }
        _ if creating && is_in_the_bin(response) => Ok(Reply::Refused(
            "uid: the server still has a deleted event with this UID in its bin: restore it there, or empty the bin".to_owned(),
        )),
        // RFC 4791 5.3.2.1: what the server will never take, and its name for why.
        _ if unique || response.status == 409 => Ok(Reply::Refused(
            "uid: another calendar of the account has an event with this UID".to_owned(),
        )),
        status => declined(status, &conditions),
    }
}

/// Nextcloud keeps what was deleted, and its UIDs with it. It has no precondition for that, only words.
fn is_in_the_bin(response: &Response) -> bool {
    let text = String::from_utf8_lossy(&response.body).to_lowercase();
    response.status == 400 && text.contains("deleted") && text.contains("uid already exists")
}

/// A write that was answered, and not carried out, for reasons that may be this event's alone: then it waits by itself,
/// and the calendar goes on.
fn declined(status: u16, conditions: &str) -> Result<Reply, Failure> {
    match status {
        400.. => Ok(Reply::Refused(
            format!("the server does not take the event: status {status} {conditions}")
                .trim_end()
                .to_owned(),
        )),
        _ => Err(Failure::Protocol(format!("status {status}"))),
    }
}
