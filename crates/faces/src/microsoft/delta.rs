//! `calendarView/delta`: a round of pages, and what changed since the round before.
//!
//! As in Graph: the window is fixed by the first request and carried by the links; single events and masters come
//! whole, occurrences bare; an event that is gone and one that left the window look alike.

use std::collections::BTreeSet;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use calendar::{RecurrenceId, Window};
use hub::{EventView, changes::Delta};
use serde_json::{Map, Value, json};

use super::{call::Call, fault::Fault, ids::EventId, item::Items, path::Which, token::Token, view};

/// Events per page, unless the client says how many.
const PAGE: usize = 50;
/// What a delta request cannot have.
const REFUSED: [&str; 5] = ["$select", "$filter", "$orderby", "$expand", "$search"];

/// One page of a round.
pub(super) async fn round(call: &Call, which: &Which) -> Result<Response, Fault> {
    if let Some(option) = REFUSED
        .iter()
        .find(|option| call.query.parameter(option).is_some())
    {
        let message =
            format!("The following parameters are not supported with change tracking: {option}");
        return Err(Fault::parameter(message));
    }
    let calendar = call.calendar(which).await?;
    let tokens = [
        call.query.parameter("$deltatoken"),
        call.query.parameter("$skiptoken"),
    ];
    let token = if let Some(text) = tokens.into_iter().flatten().next() {
        Token::decode(text)?
    } else {
        let window = view::window(call)?;
        Token {
            calendar: calendar.id,
            from: window.from,
            to: window.to,
            position: call.app.hub.position(&call.actor).await?,
            after: None,
            initial: true,
        }
    };
    if token.calendar != calendar.id {
        return Err(Fault::parameter("the token is for another calendar"));
    }
    if !token.initial && !call.app.accepts_position(token.position) {
        return Err(Fault::sync_state());
    }
    let items = Items::new(call, &calendar).expanded().await?;
    if token.initial {
        first(call, &items, token).await
    } else {
        next(call, &items, token).await
    }
}

/// A page of a first round: everything in the window, by events in a stable order.
async fn first(call: &Call, items: &Items<'_>, token: Token) -> Result<Response, Fault> {
    let window = Window {
        from: token.from,
        to: token.to,
    };
    let page = call.page(PAGE);
    let mut value = Vec::new();
    let mut last = token.after;
    let mut more = true;
    while more && value.len() < page {
        let hub = &call.app.hub;
        // One more than are needed, which tells whether there is another page.
        let limit = page - value.len() + 1;
        let events = hub
            .events_in_after(&call.actor, token.calendar, window, last, limit)
            .await?;
        more = events.len() == limit;
        for event in &events[..events.len() - usize::from(more)] {
            value.extend(told(items, event, window));
            last = Some(event.id);
            if value.len() >= page {
                more |= events.last().is_some_and(|end| end.id != event.id);
                break;
            }
        }
    }
    let token = Token {
        after: last.filter(|_| more),
        initial: more,
        ..token
    };
    Ok(answer(call, value, &token, more))
}

/// A page of a later round: what the log has after a position.
async fn next(call: &Call, items: &Items<'_>, token: Token) -> Result<Response, Fault> {
    let window = Window {
        from: token.from,
        to: token.to,
    };
    let hub = &call.app.hub;
    let delta = hub
        .calendar_changes(&call.actor, token.calendar, token.position, call.page(PAGE))
        .await?;
    let mut value = Vec::new();
    for event in &delta.events {
        let items_of_it = if event.alive {
            told(items, event, window)
        } else {
            Vec::new()
        };
        if items_of_it.is_empty() {
            value.push(removed(&EventId::Whole(event.id).encode()));
            continue;
        }
        value.extend(items_of_it);
        let out = gone(call, items, event, &delta, window).await?.into_iter();
        value.extend(out.map(|id| removed(&EventId::Instance(event.id, id).encode())));
    }
    let token = Token {
        position: delta.position,
        ..token
    };
    Ok(answer(call, value, &token, delta.more))
}

/// The occurrences that a series had in the window and has no longer. Where nobody knows what it had: those that are taken
/// out.
async fn gone(
    call: &Call,
    items: &Items<'_>,
    event: &EventView,
    delta: &Delta,
    window: Window,
) -> Result<Vec<RecurrenceId>, Fault> {
    let before = match delta.first.get(&event.id).copied().flatten() {
        Some(change) => {
            let hub = &call.app.hub;
            hub.event_before(&call.actor, event.id, change).await?
        }
        None => None,
    };
    let Some(before) = before else {
        return Ok(items.excluded(event, window));
    };
    let before = EventView {
        event: before,
        ..event.clone()
    };
    let ids = |view| {
        items
            .occurrences(view, window)
            .into_iter()
            .filter_map(|o| o.id)
    };
    let now: BTreeSet<RecurrenceId> = ids(event).collect();
    Ok(ids(&before).filter(|id| !now.contains(id)).collect())
}

/// What is told of an event: of a series its master, then its occurrences. Nothing, if it is not in the window.
fn told(items: &Items<'_>, event: &EventView, window: Window) -> Vec<Value> {
    let occurrences = items.occurrences(event, window);
    if occurrences.is_empty() {
        return Vec::new();
    }
    let mut whole = items.whole(event);
    for name in [
        "singleValueExtendedProperties",
        "cancelledOccurrences",
        "exceptionOccurrences",
    ] {
        whole.remove(name);
    }
    whole.insert("@odata.type".to_owned(), json!("#microsoft.graph.event"));
    let stubs = occurrences
        .into_iter()
        .filter_map(|o| items.stub(event, o.id?));
    std::iter::once(whole)
        .chain(stubs)
        .map(Value::Object)
        .collect()
}

fn removed(id: &str) -> Value {
    json!({"@odata.type": "#microsoft.graph.event", "id": id, "@removed": {"reason": "deleted"}})
}

fn answer(call: &Call, value: Vec<Value>, token: &Token, more: bool) -> Response {
    let link = |option: &str| {
        let token = token.encode();
        json!(format!("{}{}?${option}={token}", call.root, call.raw_path))
    };
    let mut body = Map::new();
    let context = format!("{}$metadata#Collection(event)", call.root);
    body.insert("@odata.context".to_owned(), json!(context));
    if more {
        body.insert("@odata.nextLink".to_owned(), link("skiptoken"));
    } else {
        body.insert("@odata.deltaLink".to_owned(), link("deltatoken"));
    }
    body.insert("value".to_owned(), value.into());
    view::preferred(call, Json(body).into_response())
}
