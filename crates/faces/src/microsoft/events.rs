//! `/events`: list, get, create, patch, delete. An id may be that of an occurrence.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use calendar::{Address, Duration, Event, Person, RecurrenceId, When, Zone};
use hub::{
    CalendarView, CopyId, EventView,
    events::{NewEvent, Scope},
    scheduling::Scheduling,
};
use protocols::microsoft::{
    Side, overlay,
    recurrence::{Pattern, Range},
    wire::{self, PatternedRecurrence},
};
use serde_json::{Map, Value, json};

use super::{
    attachments, body,
    call::Call,
    etag, extensions,
    fault::Fault,
    fields,
    ids::{self, EventId},
    item::Items,
    meeting,
    path::Which,
    telling, view,
};

/// Events are read from the store by so many.
const BATCH: usize = 1_000;
/// Most events of a calendar that a listing looks through.
const EVENTS_MAX: usize = 50_000;
/// Longest transaction id, in characters.
const TRANSACTION_MAX: usize = 255;

/// Single events and masters.
pub(super) async fn list(call: &Call, which: &Which) -> Result<Response, Fault> {
    if call.query.filter.is_none() && call.query.order.is_empty() {
        return page(call, which).await;
    }
    let (all, calendar) = whole(call, which).await?;
    Ok(view::listed(call, all, &context(call, &calendar)))
}

/// A page of them in the order in which they are kept: the others are not read.
async fn page(call: &Call, which: &Which) -> Result<Response, Fault> {
    let calendar = call.calendar(which).await?;
    let items = Items::new(call, &calendar).expanded().await?;
    let (hub, actor) = (&call.app.hub, &call.actor);
    let (size, skip) = (call.page(view::PAGE), call.query.skip);
    let events = hub.events_from(actor, calendar.id, skip, size + 1).await?;
    let all = if call.query.count {
        hub.events_count(actor, calendar.id).await?
    } else {
        skip.saturating_add(events.len())
    };
    let found = events.iter().take(size).map(|event| items.whole(event));
    let found = found.map(Value::Object).collect();
    let context = context(call, &calendar);
    Ok(view::page(call, found, &context, size, all))
}

async fn whole(
    call: &Call,
    which: &Which,
) -> Result<(Vec<Map<String, Value>>, CalendarView), Fault> {
    let calendar = call.calendar(which).await?;
    let items = Items::new(call, &calendar).expanded().await?;
    let mut all = Vec::new();
    let mut after = None;
    while all.len() < EVENTS_MAX {
        let batch = call
            .app
            .hub
            .events(&call.actor, calendar.id, after, BATCH, false)
            .await?;
        all.extend(batch.iter().map(|event| items.whole(event)));
        after = batch.last().map(|event| event.id);
        if batch.len() < BATCH {
            break;
        }
    }
    Ok((all, calendar))
}

/// How many single events and masters there are, as a plain number.
pub(super) async fn count(call: &Call, which: &Which) -> Result<Response, Fault> {
    let (all, _) = whole(call, which).await?;
    let all = all.into_iter().map(Value::Object);
    let filter = call.query.filter.as_ref();
    let number = all.filter(|item| filter.is_none_or(|filter| filter.holds(item)));
    let kind = [(header::CONTENT_TYPE, "text/plain")];
    Ok((kind, number.count().to_string()).into_response())
}

/// One event or occurrence.
pub(super) async fn get(call: &Call, which: Option<&Which>, id: &str) -> Result<Response, Fault> {
    let (event, calendar) = found(call, which, id).await?;
    let tag = etag::etag(&etag::change_key(&event));
    let unchanged = call
        .headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|v| v.as_bytes() == tag.as_bytes());
    if unchanged {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    answer(call, StatusCode::OK, &event, &calendar, EventId::decode(id)).await
}

/// Makes an event. One that was made with the same `transactionId` before is answered again.
pub(super) async fn create(call: &Call, which: &Which) -> Result<Response, Fault> {
    let calendar = call.calendar(which).await?;
    let sent = body::event(call)?;
    if sent.start.is_none() || sent.end.is_none() {
        return Err(Fault::property(
            "start, end: At least one property failed validation.",
        ));
    }
    let name = sent
        .transaction_id
        .clone()
        .filter(|t| !t.is_empty() && t.chars().count() <= TRANSACTION_MAX);
    let blank = When::zoned(
        jiff::civil::DateTime::default(),
        Zone::utc(),
        Duration::default(),
    );
    let mut event = laid_over(call, &Event::new("", blank), &sent)?;
    if let Some(recurrence) = &sent.recurrence {
        repeat(&mut event, recurrence)?;
    }
    let mails = invited(&event);
    if let Some(name) = &name
        && let Some(there) = call
            .app
            .hub
            .event_by_name(&call.actor, calendar.id, name)
            .await?
        && there.alive
    {
        return answer(call, StatusCode::CREATED, &there, &calendar, None).await;
    }
    let new = NewEvent { name, event };
    let (hub, all) = (&call.app.hub, Scheduling::ALL);
    let made = Box::pin(hub.create_event_telling(&call.actor, calendar.id, new, all)).await?;
    beside(call, made.id).await?;
    call.app.would_mail(mails);
    answer(call, StatusCode::CREATED, &made, &calendar, None).await
}

/// Keeps the files and extensions that came with a new event.
async fn beside(call: &Call, made: CopyId) -> Result<(), Fault> {
    let mut sent = call.object()?;
    let mut of = |name: &str| match sent.remove(name) {
        Some(Value::Array(all)) => all,
        _ => Vec::new(),
    };
    let (files, own) = (of("attachments"), of("extensions"));
    for file in files.iter().filter_map(Value::as_object) {
        attachments::add(call, (made, None), file).await?;
    }
    for extension in own {
        if let Value::Object(extension) = extension {
            extensions::add(call, made, extension).await?;
        }
    }
    Ok(())
}

/// Changes an event or an occurrence: the properties that the body names.
pub(super) async fn patch(call: &Call, which: Option<&Which>, id: &str) -> Result<Response, Fault> {
    let (event, calendar) = found(call, which, id).await?;
    let terms = telling::terms(call, &event, true)?;
    let sent = body::event(call)?;
    let body = call.object()?;
    let hub = &call.app.hub;
    let decoded = EventId::decode(id);
    let mut refused = None;
    let answered = if let Some(EventId::Instance(copy, occurrence)) = decoded {
        let edit = |single: &mut Event| {
            let next = laid_over(call, single, &sent).and_then(|next| {
                stays_between_its_neighbours(&event, occurrence, &next, &calendar)?;
                Ok(next)
            });
            set(single, next, &mut refused)
        };
        Box::pin(hub.edit_occurrence(&call.actor, copy, occurrence, Scope::This, terms, edit)).await
    } else {
        let edit = |event: &mut Event| set(event, changed(call, event, &sent, &body), &mut refused);
        Box::pin(hub.edit_event(&call.actor, event.id, terms, edit)).await
    };
    let changed = match (answered, refused) {
        (Err(_), Some(fault)) => return Err(fault),
        (answered, _) => answered?,
    };
    call.app.would_mail(invited(&changed.event));
    answer(call, StatusCode::OK, &changed, &calendar, decoded).await
}

/// Sets what a change came to, or keeps why there is none.
fn set(
    event: &mut Event,
    next: Result<Event, Fault>,
    refused: &mut Option<Fault>,
) -> hub::Result<()> {
    match next {
        Ok(next) => {
            *event = next;
            Ok(())
        }
        Err(fault) => {
            *refused = Some(fault);
            Err(hub::Error::invalid("event", "refused"))
        }
    }
}

/// Removes an event, or cancels an occurrence.
pub(super) async fn delete(
    call: &Call,
    which: Option<&Which>,
    id: &str,
) -> Result<Response, Fault> {
    let (event, _) = found(call, which, id).await?;
    let terms = telling::terms(call, &event, false)?;
    let hub = &call.app.hub;
    match EventId::decode(id) {
        Some(EventId::Instance(copy, occurrence)) => {
            let scope = Scope::This;
            Box::pin(hub.delete_occurrence(&call.actor, copy, occurrence, scope, terms)).await?;
        }
        _ => Box::pin(hub.delete_event(&call.actor, event.id, terms)).await?,
    }
    call.app.would_mail(invited(&event.event));
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The living event behind an id, in the calendar that the path names.
pub(super) async fn found(
    call: &Call,
    which: Option<&Which>,
    id: &str,
) -> Result<(EventView, CalendarView), Fault> {
    let id = EventId::decode(id).ok_or_else(|| ids::unknown(id))?;
    let event = call.app.hub.event(&call.actor, id.copy()).await?;
    let calendar = match which {
        Some(which) => call.calendar(which).await?,
        None => call.readable(event.calendar).await?,
    };
    let takes_place = match id {
        EventId::Whole(_) => true,
        EventId::Instance(_, occurrence) => {
            event.event.has_occurrence(occurrence) && event.event.occurrence(occurrence).is_some()
        }
    };
    if !event.alive || event.calendar != calendar.id || !takes_place {
        return Err(Fault::missing());
    }
    Ok((event, calendar))
}

/// What the items of an answer are.
pub(super) fn context(call: &Call, calendar: &CalendarView) -> String {
    let id = super::ids::of_calendar(calendar.id);
    format!(
        "{}$metadata#users('{}')/calendars('{id}')/events",
        call.root, call.owner.id
    )
}

async fn answer(
    call: &Call,
    status: StatusCode,
    event: &EventView,
    calendar: &CalendarView,
    id: Option<EventId>,
) -> Result<Response, Fault> {
    let items = Items::new(call, calendar).expanded().await?;
    let item = match id {
        Some(EventId::Instance(_, occurrence)) => items.instance(event, occurrence),
        _ => Some(items.whole(event)),
    };
    let mut item: Map<String, Value> = item.ok_or_else(Fault::missing)?;
    fields::shape(&mut item, &call.query);
    item.insert(
        "@odata.context".to_owned(),
        json!(format!("{}/$entity", context(call, calendar))),
    );
    let id = id.unwrap_or(EventId::Whole(event.id)).encode();
    let mut response = (status, Json(item)).into_response();
    let headers = response.headers_mut();
    let tag = etag::etag(&etag::change_key(event));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    if status == StatusCode::CREATED
        && let Ok(location) = HeaderValue::from_str(&format!("{}me/events/{id}", call.root))
    {
        headers.insert(header::LOCATION, location);
    }
    Ok(view::preferred(call, response))
}

/// The event with the properties that a client sent.
fn laid_over(call: &Call, base: &Event, sent: &wire::Event) -> Result<Event, Fault> {
    midnight(sent)?;
    let mut event = overlay(base, sent, Side::Client)?.value;
    if call.app.dialect.conferences {
        meeting::set_up(&mut event, call.app.hub.ids().uuid());
    }
    if sent.attendees.is_some() && !event.people.is_empty() {
        // Answers are the attendees' own, and whoever writes into a mailbox organizes in its name.
        for (address, person) in &mut event.people {
            if let Some(known) = base.people.get(address) {
                person.participation = known.participation;
            }
        }
        let owner = event
            .people
            .entry(Address::new(&call.owner.email))
            .or_insert_with(Person::default);
        owner.organizer = true;
        owner.name.get_or_insert_with(|| call.owner.name.clone());
    }
    Ok(event)
}

/// All-day events begin and end at midnight.
fn midnight(sent: &wire::Event) -> Result<(), Fault> {
    let ends = [&sent.start, &sent.end];
    let mut times = ends.into_iter().flatten().map(|t| t.date_time.as_str());
    let at_midnight = |text: &str| {
        let time = text.split_once('T').map_or("", |(_, time)| time);
        time.chars().all(|c| matches!(c, '0' | ':' | '.' | 'Z'))
    };
    if sent.is_all_day == Some(true) && !times.all(at_midnight) {
        let message = "The Event.Start property for an all-day event needs to be set to midnight.";
        return Err(Fault::property(message));
    }
    let [start, end] = ends.map(|end| end.as_ref().map(|time| &time.date_time));
    if sent.is_all_day == Some(true) && start.is_some() && start == end {
        let message = "The duration of an event marked as All day must be at least 24 hours.";
        return Err(Fault::property(message));
    }
    Ok(())
}

/// A series or single event with what a client sent. A new time or pattern resets the exceptions.
fn changed(
    call: &Call,
    event: &Event,
    sent: &wire::Event,
    body: &Map<String, Value>,
) -> Result<Event, Fault> {
    let mut next = laid_over(call, event, sent)?;
    let ends = body.get("recurrence").is_some_and(Value::is_null);
    match &sent.recurrence {
        Some(recurrence) => repeat(&mut next, recurrence)?,
        None if ends => next.rules.clear(),
        None if next.when != event.when && !next.rules.is_empty() => onto_its_pattern(&mut next),
        None => {}
    }
    if next.rules != event.rules || next.when != event.when {
        next.overrides.clear();
    }
    Ok(next)
}

/// Sets the rule, and moves the start to the first day that it generates.
fn repeat(event: &mut Event, recurrence: &PatternedRecurrence) -> Result<(), Fault> {
    let mut rule = Pattern::from_wire(&recurrence.pattern)?.to_rule();
    let range = Range::from_wire(&recurrence.range)?;
    event.excluded_rules.clear();
    event.rules = vec![rule.clone()];
    onto_its_pattern(event);
    range.apply(&mut rule, &event.when);
    event.rules = vec![rule];
    Ok(())
}

fn onto_its_pattern(event: &mut Event) {
    let start = event.when.local_start();
    let [rule] = &event.rules[..] else { return };
    // Of a rule whose start does not fit, only that is wrong: look from the day itself on.
    let days = calendar::recurrence::Compiled::new(rule, &event.when);
    let first = days.occurrences_from(start).next();
    if let Some(first) = first.filter(|first| *first != start) {
        event.when = event.when.starting_at(RecurrenceId(first));
    }
}

/// An occurrence cannot be moved to or past the day of its neighbour.
fn stays_between_its_neighbours(
    view: &EventView,
    id: RecurrenceId,
    single: &Event,
    calendar: &CalendarView,
) -> Result<(), Fault> {
    let (own, day) = (id.0.date(), single.when.local_start().date());
    if own == day {
        return Ok(());
    }
    let zone = jiff::tz::TimeZone::get(&calendar.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let around = jiff::SignedDuration::from_hours(24);
    let at = |date: jiff::civil::Date| {
        let zone = view.event.when.zone().cloned().unwrap_or_else(Zone::utc);
        zone.to_instant(date.to_datetime(jiff::civil::Time::midnight()))
    };
    let window = calendar::Window {
        from: at(own.min(day))
            .saturating_sub(around)
            .unwrap_or(jiff::Timestamp::MIN),
        to: at(own.max(day))
            .saturating_add(around * 2)
            .unwrap_or(jiff::Timestamp::MAX),
    };
    let crossed = view
        .event
        .occurrences(window, &zone)
        .filter(|other| other.id != Some(id))
        .map(|other| other.when.local_start().date())
        .any(|other| other >= own.min(day) && other <= own.max(day));
    if crossed {
        Err(Fault::crossing())
    } else {
        Ok(())
    }
}

/// How many people a real mailbox would write to about this event.
pub(super) fn invited(event: &Event) -> usize {
    event
        .people
        .values()
        .filter(|person| !person.organizer)
        .count()
}
