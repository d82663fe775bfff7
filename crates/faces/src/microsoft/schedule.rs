//! `getSchedule`: when people are busy (<https://learn.microsoft.com/en-us/graph/api/calendar-getschedule>).

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use calendar::{Event, FreeBusy, Privacy, Status, Window, Zone};
use hub::{Access, CalendarView};
use identity::Actor;
use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};
use protocols::zones::zone_named;
use serde_json::{Map, Value, json};

use super::{
    answers::parameters, call::Call, fault::Fault, item::Items, mailbox, path::Which, view,
};

/// Most addresses in one question.
const SCHEDULES_MAX: usize = 20;
/// The longest window.
const SPAN_MAX: SignedDuration = SignedDuration::from_hours(62 * 24);
/// How long the pieces of the view may be, in minutes.
const INTERVAL_MINUTES: std::ops::RangeInclusive<i64> = 5..=1440;
/// If the client does not say.
const INTERVAL_USUAL: i64 = 30;

/// What takes up time: its state as a digit of the view, and when.
struct Taken {
    digit: u8,
    start: Timestamp,
    end: Timestamp,
    item: Value,
}

/// Answers for each address; of one that is not known it says so.
pub(super) async fn get(call: &Call, which: &Which) -> Result<Response, Fault> {
    let asked = parameters(call)?;
    let window = window(&asked)?;
    let interval = match asked.get("availabilityviewinterval") {
        None | Some(Value::Null) => INTERVAL_USUAL,
        Some(value) => value
            .as_i64()
            .filter(|minutes| INTERVAL_MINUTES.contains(minutes))
            .ok_or_else(|| Fault::parameter("AvailabilityViewInterval: 5 to 1440 minutes"))?,
    };
    let schedules = asked.get("schedules").and_then(Value::as_array);
    let schedules = schedules.ok_or_else(|| Fault::parameter("Schedules: a list is needed"))?;
    if schedules.is_empty() || schedules.len() > SCHEDULES_MAX {
        return Err(Fault::parameter(format!(
            "Schedules: 1 to {SCHEDULES_MAX} addresses"
        )));
    }
    let mut value = Vec::new();
    for address in schedules {
        let address = address.as_str().unwrap_or_default();
        value.push(if address.eq_ignore_ascii_case(&call.owner.email) {
            let calendar = call.calendar(which).await?;
            let taken = taken(call, &call.actor, &calendar, window).await?;
            schedule(address, &taken, window, interval, &calendar)
        } else {
            anothers(call, address, window, interval).await?
        });
    }
    let context = format!(
        "{}$metadata#Collection(microsoft.graph.scheduleInformation)",
        call.root
    );
    let body = json!({"@odata.context": context, "value": value});
    Ok(view::preferred(call, Json(body).into_response()))
}

/// Somebody else of the organization, and their own calendar, where colleagues see when each other is busy.
async fn colleague(call: &Call, address: &str) -> Result<Option<(Actor, CalendarView)>, Fault> {
    if !call.app.dialect.colleagues {
        return Ok(None);
    }
    let all = call.app.identity.users().await?;
    let mut all = all.into_iter();
    let Some(user) = all.find(|user| user.email.eq_ignore_ascii_case(address)) else {
        return Ok(None);
    };
    let actor = Actor::person(call.app.tenant, user.id);
    let calendars = call.app.hub.calendars(&actor).await?;
    let own = calendars.into_iter().next();
    Ok(own.map(|calendar| (actor, calendar)))
}

impl Taken {
    /// Leaves when it is, and not what.
    fn when_alone(&mut self) {
        if let Value::Object(item) = &mut self.item {
            item.retain(|name, _| matches!(name.as_str(), "status" | "start" | "end"));
        }
    }
}

fn window(asked: &Map<String, Value>) -> Result<Window, Fault> {
    let at = |name: &str| {
        let said = asked.get(name);
        let bad = || Fault::parameter(format!("{name}: a dateTimeTimeZone is needed"));
        let time = said
            .and_then(|at| at["dateTime"].as_str())
            .ok_or_else(bad)?;
        let zone = match said.and_then(|at| at["timeZone"].as_str()) {
            Some(name) => zone_named(name).ok_or_else(bad)?,
            None => Zone::utc(),
        };
        let local = || Some(zone.to_instant(time.parse::<DateTime>().ok()?));
        time.parse().ok().or_else(local).ok_or_else(bad)
    };
    let window = Window {
        from: at("starttime")?,
        to: at("endtime")?,
    };
    if window.from >= window.to || window.to.duration_since(window.from) > SPAN_MAX {
        return Err(Fault::parameter(
            "The time window is empty, or longer than 62 days",
        ));
    }
    Ok(window)
}

async fn taken(
    call: &Call,
    actor: &Actor,
    calendar: &CalendarView,
    window: Window,
) -> Result<Vec<Taken>, Fault> {
    let items = Items::new(call, calendar);
    let hub = &call.app.hub;
    let events = hub.events_in(actor, &[calendar.id], window).await?;
    let mut all = Vec::new();
    for view in &events {
        for occurrence in items.occurrences(view, window) {
            let changed = occurrence.id.and_then(|id| view.event.occurrence(id));
            let event = changed.as_ref().unwrap_or(&view.event);
            let (digit, status) = state(event);
            let (start, end) = (occurrence.start, occurrence.end);
            let at = |at| json!({"dateTime": in_zone(call, at), "timeZone": call.prefer.zone_name});
            let private = matches!(event.privacy, Privacy::Private | Privacy::Secret);
            let mut item =
                json!({"isPrivate": private, "status": status, "start": at(start), "end": at(end)});
            if !private {
                item["subject"] = json!(event.title);
                let place = event.places.first().map(|place| place.name.clone());
                item["location"] = json!(place.unwrap_or_default());
            }
            all.push(Taken {
                digit,
                start,
                end,
                item,
            });
        }
    }
    all.sort_by_key(|taken| (taken.start, taken.end));
    Ok(all)
}

/// As a digit of the view, and as a word.
fn state(event: &Event) -> (u8, &'static str) {
    match event.busy {
        _ if event.status == Status::Cancelled => (b'0', "free"),
        FreeBusy::Free => (b'0', "free"),
        FreeBusy::Tentative => (b'1', "tentative"),
        FreeBusy::OutOfOffice => (b'3', "oof"),
        FreeBusy::WorkingElsewhere => (b'4', "workingElsewhere"),
        _ if event.status == Status::Tentative => (b'1', "tentative"),
        FreeBusy::Busy => (b'2', "busy"),
    }
}

fn in_zone(call: &Call, at: Timestamp) -> String {
    let zone = TimeZone::get(call.prefer.zone.name()).unwrap_or(TimeZone::UTC);
    let local = zone.to_datetime(at);
    local.strftime("%Y-%m-%dT%H:%M:%S.0000000").to_string()
}

fn schedule(
    address: &str,
    taken: &[Taken],
    window: Window,
    interval: i64,
    calendar: &CalendarView,
) -> Value {
    let items: Vec<&Value> = taken.iter().map(|taken| &taken.item).collect();
    json!({
        "scheduleId": address,
        "availabilityView": availability(taken, window, interval),
        "scheduleItems": items,
        "workingHours": mailbox::working_hours(&calendar.time_zone),
    })
}

/// A digit for each piece of the window: what weighs most in it.
fn availability(taken: &[Taken], window: Window, interval: i64) -> String {
    let step = SignedDuration::from_mins(interval);
    let mut view = String::new();
    let mut at = window.from;
    while at < window.to {
        let end = at.saturating_add(step).unwrap_or(window.to).min(window.to);
        let there = taken
            .iter()
            .filter(|taken| taken.start < end && taken.end > at);
        // Out of office weighs most, then busy, tentative, elsewhere.
        let weight = |digit: u8| match digit {
            b'3' => 4,
            b'2' => 3,
            b'1' => 2,
            b'4' => 1,
            _ => 0,
        };
        let most = there
            .map(|taken| taken.digit)
            .max_by_key(|digit| weight(*digit));
        view.push(char::from(most.unwrap_or(b'0')));
        at = end;
    }
    view
}

/// Somebody else's, as far as their own calendar is opened to whoever asks.
async fn anothers(
    call: &Call,
    address: &str,
    window: Window,
    interval: i64,
) -> Result<Value, Fault> {
    let hub = &call.app.hub;
    let (code, message) = match hub.calendar_of_person(&call.actor, address, false).await {
        Ok(Some(calendar)) => {
            let mut taken = taken(call, &call.actor, &calendar, window).await?;
            if calendar.access < Access::Limited {
                taken.iter_mut().for_each(Taken::when_alone);
            }
            return Ok(schedule(address, &taken, window, interval, &calendar));
        }
        Ok(None) => (
            "ErrorMailRecipientNotFound",
            "Unable to resolve e-mail address to an Active Directory object.",
        ),
        Err(hub::Error::NotFound(_)) => {
            if let Some((actor, calendar)) = colleague(call, address).await? {
                let mut taken = taken(call, &actor, &calendar, window).await?;
                taken.iter_mut().for_each(Taken::when_alone);
                return Ok(schedule(address, &taken, window, interval, &calendar));
            }
            (
                "ErrorNoFreeBusyAccess",
                "The requester does not have access to the free/busy information of this mailbox.",
            )
        }
        Err(error) => return Err(error.into()),
    };
    // What cannot be told of one address keeps nothing from the others.
    Ok(json!({
        "scheduleId": address,
        "error": {"message": message, "responseCode": code},
    }))
}
