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
use hub::{CopyId, EventView, changes::Delta};
use serde_json::{Map, Value, json};

use super::{call::Call, fault::Fault, ids::EventId, item::Items, path::Which, token::Token, view};

/// Items per page, unless the client says how many.
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
            within: None,
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

/// A page that is being filled. An event that has more items than there is room for is cut, and goes on with the next page.
struct Page {
    size: usize,
    value: Vec<Value>,
    /// The event that was cut at the end of the page before, and how many of its items were told.
    within: Option<(CopyId, usize)>,
}

impl Page {
    fn of(call: &Call, token: &Token) -> Self {
        Self {
            size: call.page(PAGE),
            value: Vec::new(),
            within: token.within,
        }
    }

    fn room(&self) -> usize {
        self.size - self.value.len()
    }

    /// Takes what there is room for of the items of an event; false if that is not all.
    fn take(&mut self, event: CopyId, items: Vec<Value>) -> bool {
        let told = match self.within.take() {
            Some((cut, told)) if cut == event => told,
            _ => 0,
        };
        let (room, count) = (self.room(), items.len());
        self.value.extend(items.into_iter().skip(told).take(room));
        let whole = count <= told + room;
        self.within = (!whole).then_some((event, told + room));
        whole
    }
}

/// A page of a first round: everything in the window, by events in a stable order.
async fn first(call: &Call, items: &Items<'_>, mut token: Token) -> Result<Response, Fault> {
    let window = Window {
        from: token.from,
        to: token.to,
    };
    let mut page = Page::of(call, &token);
    loop {
        // One more than there is room for tells whether there is another page.
        let limit = page.room() + 1;
        let (hub, id) = (&call.app.hub, token.calendar);
        let events = hub.events_in_after(&call.actor, id, window, token.after, limit);
        let events = events.await?;
        for event in &events {
            if page.room() == 0 || !page.take(event.id, told(items, event, window)) {
                token.within = page.within;
                return Ok(answer(call, page.value, &token, true));
            }
            token.after = Some(event.id);
        }
        if events.len() < limit {
            let token = Token {
                after: None,
                within: None,
                initial: false,
                ..token
            };
            return Ok(answer(call, page.value, &token, false));
        }
    }
}

/// A page of a later round: what the log has after a position.
async fn next(call: &Call, items: &Items<'_>, mut token: Token) -> Result<Response, Fault> {
    let window = Window {
        from: token.from,
        to: token.to,
    };
    let mut page = Page::of(call, &token);
    loop {
        // What was cut is ended by itself: what has become of it since is told after that.
        let limit = if page.within.is_some() { 1 } else { page.size };
        let hub = &call.app.hub;
        let delta = hub.calendar_changes(&call.actor, token.calendar, token.position, limit);
        let delta = delta.await?;
        for event in &delta.events {
            let items = changed(call, items, event, &delta, window).await?;
            if !page.take(event.id, items) {
                token.position = delta.at.get(&event.id).map_or(token.position, |at| at - 1);
                token.within = page.within;
                return Ok(answer(call, page.value, &token, true));
            }
        }
        (token.position, token.within) = (delta.position, None);
        if !delta.more || page.room() == 0 {
            return Ok(answer(call, page.value, &token, delta.more));
        }
    }
}

/// What a later round tells of an event.
async fn changed(
    call: &Call,
    items: &Items<'_>,
    event: &EventView,
    delta: &Delta,
    window: Window,
) -> Result<Vec<Value>, Fault> {
    let mut value = Vec::new();
    if event.alive {
        value = told(items, event, window);
    }
    if value.is_empty() {
        return Ok(vec![removed(&EventId::Whole(event.id).encode())]);
    }
    let out = gone(call, items, event, delta, window).await?.into_iter();
    value.extend(out.map(|id| removed(&EventId::Instance(event.id, id).encode())));
    Ok(value)
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
