//! The practice's front desk and Ada's own life in CalDAV.

use jiff::civil::DateTime;
use network::{Network, Redirects, Request, Response, Url};

use super::{
    Account, PRACTICE, PRIVATE, done,
    scene::{Appointment, Place, When},
};
use crate::{Error, Result};

/// Addresses of the two calendars.
pub(super) struct Urls {
    pub practice: String,
    pub private: String,
}

/// When the demo's objects were written, as iCalendar wants to know: the appointments do not depend on it.
const STAMP: &str = "20260101T000000Z";

/// The addresses of both calendars, made and filled if they are not there.
pub(super) async fn settle(
    network: &Network,
    account: &Account,
    all: &[Appointment],
) -> Result<Urls> {
    let home = home(network, account).await?;
    let practice = calendar(
        network,
        account,
        &home,
        ("practice", PRACTICE, Place::Caldav),
        all,
    )
    .await?;
    let private = calendar(
        network,
        account,
        &home,
        ("private", PRIVATE, Place::Private),
        all,
    )
    .await?;
    Ok(Urls {
        practice: practice.into(),
        private: private.into(),
    })
}

async fn calendar(
    network: &Network,
    account: &Account,
    home: &Url,
    (name, title, place): (&str, &str, Place),
    all: &[Appointment],
) -> Result<Url> {
    let url = join(home, &format!("{name}/"))?;
    let there = propfind(network, account, &url, "<D:resourcetype/>").await?;
    if there.is_success() {
        return Ok(url);
    }
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><C:mkcalendar xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\">\
         <D:set><D:prop><D:displayname>{title}</D:displayname></D:prop></D:set></C:mkcalendar>"
    );
    let request =
        signed(account, Request::mkcalendar(&url)).body("application/xml; charset=utf-8", body);
    done(network, "making a CalDAV calendar", request).await?;
    for (index, appointment) in all.iter().filter(|a| a.place == place).enumerate() {
        let uid = format!("{name}-{index:03}@demo.kalends");
        let object = join(&url, &format!("{name}-{index:03}.ics"))?;
        let request = signed(account, Request::put(&object))
            .header("if-none-match", "*")
            .body("text/calendar; charset=utf-8", icalendar(appointment, &uid));
        done(network, "an appointment in CalDAV", request).await?;
    }
    Ok(url)
}

/// Where a person's calendars are: RFC 6764 and RFC 4791 6.2.1, as any client finds it.
async fn home(network: &Network, account: &Account) -> Result<Url> {
    let root = Url::parse(&account.root).map_err(|_| odd(0))?;
    let start = join(&root, ".well-known/caldav")?;
    let found = propfind(network, account, &start, "<D:current-user-principal/>").await?;
    let principal = href(&found, "current-user-principal")?;
    let found = propfind(network, account, &principal, "<C:calendar-home-set/>").await?;
    href(&found, "calendar-home-set")
}

async fn propfind(
    network: &Network,
    account: &Account,
    url: &Url,
    property: &str,
) -> Result<Response> {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><D:propfind xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\">\
         <D:prop>{property}</D:prop></D:propfind>"
    );
    let request = signed(
        account,
        Request::new(
            network::Method::from_bytes(b"PROPFIND").map_err(|_| odd(0))?,
            url,
        ),
    );
    let request = request
        .header("depth", "0")
        .body("application/xml; charset=utf-8", body);
    Ok(network.send(request.follow(Redirects::up_to(3))).await?)
}

fn signed(account: &Account, request: Request) -> Request {
    request.basic(&account.email, &account.secret)
}

/// The address in a property, whatever prefixes the server uses. Its answers are ours: no need for an XML parser.
fn href(response: &Response, property: &str) -> Result<Url> {
    let text = response.text()?;
    let inner = text
        .split_once(property)
        .and_then(|(_, rest)| rest.split_once("href>"));
    let path = inner
        .and_then(|(_, rest)| rest.split_once('<'))
        .map(|(path, _)| path);
    path.ok_or_else(|| odd(response.status))
        .and_then(|path| join(&response.url, path))
}

fn join(base: &Url, path: &str) -> Result<Url> {
    base.join(path).map_err(|_| odd(0))
}

fn odd(status: u16) -> Error {
    Error::Answer {
        what: "the demo: finding the CalDAV calendars".to_owned(),
        status,
    }
}

/// The object as an iPhone would write it: a series, the occurrence that was moved, the one that was cancelled.
fn icalendar(it: &Appointment, uid: &str) -> String {
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Kalends//Demo//EN".to_owned(),
    ];
    component(&mut lines, it, uid, it.when, None);
    if let Some((nth, hours)) = it.series.and_then(|series| series.moved) {
        component(
            &mut lines,
            it,
            uid,
            it.when.later(nth, hours),
            Some(it.when.later(nth, 0)),
        );
    }
    lines.push("END:VCALENDAR\r\n".to_owned());
    lines.join("\r\n")
}

fn component(
    lines: &mut Vec<String>,
    it: &Appointment,
    uid: &str,
    when: When,
    planned: Option<When>,
) {
    let (start, end) = when.span();
    lines.extend([
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{uid}"),
        format!("DTSTAMP:{STAMP}"),
    ]);
    lines.extend([
        time("DTSTART", when, start),
        time("DTEND", when, end),
        format!("SUMMARY:{}", escape(&it.title)),
    ]);
    for (name, text) in [("LOCATION", it.location), ("DESCRIPTION", it.note)] {
        if !text.is_empty() {
            lines.push(format!("{name}:{}", escape(text)));
        }
    }
    if it.private {
        lines.push("CLASS:PRIVATE".to_owned());
    }
    match (planned, it.series) {
        (Some(planned), _) => lines.push(time("RECURRENCE-ID", planned, planned.span().0)),
        (None, Some(series)) => {
            lines.push(format!("RRULE:FREQ=WEEKLY;COUNT={}", series.count));
            if let Some(nth) = series.cancelled {
                lines.push(time("EXDATE", when, when.later(nth, 0).span().0));
            }
        }
        (None, None) => {}
    }
    lines.push("END:VEVENT".to_owned());
}

/// A property with a moment. The zone's IANA name goes without a VTIMEZONE (RFC 7809 3.1.1).
fn time(name: &str, when: When, at: DateTime) -> String {
    match when {
        When::Timed { zone, .. } => format!("{name};TZID={zone}:{}", at.strftime("%Y%m%dT%H%M%S")),
        When::Days { .. } => format!("{name};VALUE=DATE:{}", at.strftime("%Y%m%d")),
    }
}

/// RFC 5545 3.3.11.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace(';', "\\;")
        .replace(',', "\\,")
        .replace('\n', "\\n")
}
