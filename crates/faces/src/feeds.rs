//! Published calendars: `/feeds/{secret}/{name}.ics`, read by whoever has the address (iCalendar, RFC 5545; RFC 7986 for what it
//! says of itself). The name is for people; what counts is the secret.

use std::collections::BTreeSet;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use futures::Stream;
use hub::{CopyId, feeds::OpenFeed};
use jiff::{Timestamp, fmt::rfc2822};
use protocols::icalendar::{self, component::Property, write};
use tower_http::compression::CompressionLayer;

use crate::App;

/// Events of one part of an answer: a large calendar is written while it is sent.
const PART: usize = 200;
/// How often readers are asked to come back.
const REFRESH: &str = "PT15M";
/// The same for what stands between us and them, in seconds.
const FRESH: &str = "private, max-age=300";
/// Longest secret that is looked up.
const SECRET_MAX: usize = 128;

/// The router of this face.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/feeds/{secret}/{name}", get(read))
        .layer(CompressionLayer::new())
        .with_state(app)
}

async fn read(
    State(app): State<App>,
    Path((secret, _name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    if secret.len() > SECRET_MAX {
        return nothing();
    }
    let feed = match app.hub.open_feed(app.tenant, &secret).await {
        Ok(Some(feed)) => feed,
        Ok(None) => return nothing(),
        Err(error) => {
            tracing::error!(%error, "a feed could not be read");
            let told = "The calendar cannot be read now. Try again later.\n";
            return (StatusCode::SERVICE_UNAVAILABLE, told).into_response();
        }
    };
    // Weak: the same calendar may come packed or plain.
    let tag = format!("W/\"{}\"", feed.tag);
    let modified = http_date(feed.modified);
    let known = is_known(&headers, &tag, feed.modified);
    let disposition = format!("inline; filename=\"{}.ics\"", plain(&feed.title));
    let mut answer = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kind = (header::CONTENT_TYPE, "text/calendar; charset=utf-8");
        let body = Body::from_stream(text(app, feed));
        ([kind], body).into_response()
    };
    let mut say = |name, text: &str| {
        if let Ok(value) = HeaderValue::from_str(text) {
            answer.headers_mut().insert(name, value);
        }
    };
    say(header::ETAG, &tag);
    say(header::LAST_MODIFIED, &modified);
    say(header::CACHE_CONTROL, FRESH);
    say(header::CONTENT_DISPOSITION, &disposition);
    // The address is the key: nobody else shall hear of it.
    say(header::REFERRER_POLICY, "no-referrer");
    say(header::HeaderName::from_static("x-robots-tag"), "noindex");
    answer
}

/// The same for a wrong secret as for one that was taken back.
fn nothing() -> Response {
    let told =
        "There is no calendar at this address, or not any more. Ask whoever gave it to you.\n";
    (StatusCode::NOT_FOUND, told).into_response()
}

/// Whether the reader has this already (RFC 9110 13.2.2).
fn is_known(headers: &HeaderMap, tag: &str, modified: Timestamp) -> bool {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(tags) = header(header::IF_NONE_MATCH) {
        let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        return tags
            .split(',')
            .any(|one| one.trim() == "*" || bare(one) == bare(tag));
    }
    let since = header(header::IF_MODIFIED_SINCE).and_then(|text| {
        let parser = rfc2822::DateTimeParser::new().relaxed_weekday(true);
        parser.parse_timestamp(text).ok()
    });
    since.is_some_and(|since| modified.as_second() <= since.as_second())
}

fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// A name for a file that every system can have.
fn plain(title: &str) -> String {
    let fits = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let name: String = title.chars().map(fits).take(60).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "calendar" } else { name }.to_owned()
}

/// Where the writing of a feed is.
enum Next {
    Begin,
    After(Option<CopyId>),
    Done,
}

/// A feed that is being written: what was read, how far that is, and which zones have been written.
type Writing = (App, OpenFeed, Next, BTreeSet<String>);

/// The calendar, part by part. One that cannot be read to its end has no END:VCALENDAR, and its connection breaks off, so that
/// no reader takes it for the whole.
fn text(app: App, feed: OpenFeed) -> impl Stream<Item = Result<Bytes, hub::Error>> {
    futures::stream::try_unfold((app, feed, Next::Begin, BTreeSet::new()), part)
}

async fn part(writing: Writing) -> Result<Option<(Bytes, Writing)>, hub::Error> {
    let (app, feed, next, mut zones) = writing;
    let after = match next {
        Next::Begin => {
            let head = head(&feed);
            return Ok(Some((head.into(), (app, feed, Next::After(None), zones))));
        }
        Next::After(after) => after,
        Next::Done => return Ok(None),
    };
    let page = app.hub.feed_page(app.tenant, &feed.feed, after, PART);
    let (events, more) = page.await?;
    let events: Vec<_> = events.iter().map(|view| &view.event).collect();
    let mut text = components(&events, feed.modified, &mut zones);
    let next = if more.is_some() {
        Next::After(more)
    } else {
        text.push_str("END:VCALENDAR\r\n");
        Next::Done
    };
    Ok(Some((text.into(), (app, feed, next, zones))))
}

fn head(feed: &OpenFeed) -> String {
    let name = icalendar::text::escape(&feed.title);
    let mut calendar = icalendar::empty_calendar();
    calendar.properties.extend([
        Property::new("METHOD", "PUBLISH"),
        Property::new("NAME", name.to_string()),
        Property::new("X-WR-CALNAME", name.to_string()),
        Property::new("X-WR-TIMEZONE", feed.time_zone.clone()),
        Property::new("X-PUBLISHED-TTL", REFRESH),
    ]);
    let mut refresh = Property::new("REFRESH-INTERVAL", REFRESH);
    refresh.parameters = ";VALUE=DURATION".into();
    calendar.properties.push(refresh);
    let text = write::write(&calendar);
    text.trim_end_matches("END:VCALENDAR\r\n").to_owned()
}

/// Events, with those of their zones that did not come before.
fn components(events: &[&calendar::Event], now: Timestamp, zones: &mut BTreeSet<String>) -> String {
    let tree = icalendar::tree(events, now);
    let mut text = String::new();
    for component in &tree.components {
        let zone = component
            .property("TZID")
            .filter(|_| component.is("VTIMEZONE"));
        if zone.is_none_or(|tzid| zones.insert(tzid.as_text())) {
            text.push_str(&write::write(component));
        }
    }
    text
}
