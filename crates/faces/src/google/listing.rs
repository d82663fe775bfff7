//! The ways in which events are listed: all, those in a window, and what changed.

use calendar::Window;
use hub::{CopyId, EventView, changes::Delta};
use identity::Actor;
use jiff::{SignedDuration, Timestamp};
use protocols::google::Event as Wire;

use super::{
    Fault,
    filter::Filter,
    place::Place,
    render, since,
    tokens::{Next, Page},
};
use crate::App;

/// How far ahead the occurrences of an endless series are listed.
const AHEAD_DAYS: i64 = 2 * 366;
/// How far back a changed series is listed as instances.
const BEHIND_DAYS: i64 = 366;
/// Most occurrences of one series.
const OCCURRENCES_MAX: usize = 5_000;
/// Rows of the log that are looked at together at least: an event that changed often is told once.
const ROWS_MIN: usize = 250;
/// Most items of a windowed listing.
const ITEMS_MAX: usize = 50_000;

/// What a client asked for.
pub(super) struct Listing<'a> {
    pub(super) app: &'a App,
    pub(super) actor: &'a Actor,
    pub(super) place: &'a Place,
    pub(super) filter: Filter,
    pub(super) time_min: Option<Timestamp>,
    pub(super) time_max: Option<Timestamp>,
    pub(super) single_events: bool,
    pub(super) show_deleted: bool,
    pub(super) order: Order,
    pub(super) limit: usize,
}

/// In which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Stable, but meaning nothing.
    None,
    /// By start.
    StartTime,
    /// By last change.
    Updated,
}

/// One page: its items, and what comes after it.
pub(super) type Answer = (Vec<Wire>, Option<Next>);

impl Listing<'_> {
    /// The page that follows `page`.
    pub(super) async fn page(&self, page: &Page) -> Result<Answer, Fault> {
        match page.next {
            Next::Changes(after) => self.changes(after, 0).await,
            Next::ChangesWithin(after, told) => self.changes(after, told).await,
            Next::Offset(offset) if self.is_sorted() => self.window(offset).await,
            Next::After(_) | Next::Within(..) if self.is_sorted() => {
                Err(Fault::parameter("pageToken", "Invalid page token value."))
            }
            Next::After(after) => self.all(Some(after), 0).await,
            Next::Within(after, told) => self.all(after, told).await,
            Next::Offset(_) => self.all(None, 0).await,
        }
    }

    /// Whether the items have to be collected before the first one can be said.
    fn is_sorted(&self) -> bool {
        self.single_events
            || self.time_min.is_some()
            || self.time_max.is_some()
            || self.order != Order::None
            || self.filter.uid().is_some()
    }

    /// The events after one, but for so many parts of the first.
    async fn all(&self, mut after: Option<CopyId>, mut told: usize) -> Result<Answer, Fault> {
        let deleted = self.show_deleted || self.filter.is_about_changes();
        let mut items = Vec::new();
        while items.len() < self.limit {
            let hub = &self.app.hub;
            let limit = self.limit - items.len();
            let views = hub
                .events(self.actor, self.place.calendar.id, after, limit, deleted)
                .await?;
            let is_last = views.len() < limit;
            for view in &views {
                let admitted = self.filter.admits(view);
                let parts = if admitted {
                    self.parts(view)
                } else {
                    Vec::new()
                };
                let (room, first) = (self.limit - items.len(), std::mem::take(&mut told));
                let more = parts.len() > first.saturating_add(room);
                items.extend(parts.into_iter().skip(first).take(room));
                if more {
                    return Ok((items, Some(Next::Within(after, first + room))));
                }
                after = Some(view.id);
            }
            if is_last {
                return Ok((items, None));
            }
        }
        Ok((items, after.map(Next::After)))
    }

    /// What changed after a position, but for so many parts of it.
    async fn changes(&self, after: i64, told: usize) -> Result<Answer, Fault> {
        let hub = &self.app.hub;
        let rows = self.limit.max(ROWS_MIN);
        let delta = hub
            .calendar_changes(self.actor, self.place.calendar.id, after, rows)
            .await?;
        let now = hub.clock().now();
        let window = Window {
            from: shifted(now, -BEHIND_DAYS),
            to: shifted(now, AHEAD_DAYS),
        };
        let mut items = Vec::new();
        for view in &delta.events {
            let shown = |view: &EventView| {
                if view.alive && self.single_events {
                    instances(self.place, view, window, true)
                } else {
                    all_parts(self.place, view)
                }
            };
            let mut parts = shown(view);
            if view.alive && view.event.is_series() {
                let before = self.before(view, &delta).await?;
                let before = before.map(|view| shown(&view));
                parts = since::changed(self.place, view, before, parts);
            }
            parts.retain(|item| self.filter.admits_item(item));
            items.extend(parts);
        }
        let end = told.saturating_add(self.limit);
        let next = if items.len() > end {
            Some(Next::ChangesWithin(after, end))
        } else {
            delta.more.then_some(Next::Changes(delta.position))
        };
        let items = items.into_iter().skip(told).take(self.limit);
        Ok((items.collect(), next))
    }

    /// A series as it was before the first of its changes, where that is known and it was one already.
    async fn before(&self, view: &EventView, delta: &Delta) -> Result<Option<EventView>, Fault> {
        let Some(change) = delta.first.get(&view.id).copied().flatten() else {
            return Ok(None);
        };
        let hub = &self.app.hub;
        let event = hub.event_before(self.actor, view.id, change).await?;
        let event = event.filter(calendar::Event::is_series);
        Ok(event.map(|event| EventView {
            event,
            ..view.clone()
        }))
    }

    async fn window(&self, offset: usize) -> Result<Answer, Fault> {
        let hub = &self.app.hub;
        let calendar = self.place.calendar.id;
        let window = self.asked(hub.clock().now());
        let views = match self.filter.uid() {
            Some(uid) => hub.events_by_uid(self.actor, calendar, uid).await?,
            None => hub.events_in(self.actor, &[calendar], window).await?,
        };
        let mut items = Vec::new();
        for view in views.iter().filter(|view| self.filter.admits(view)) {
            if items.len() > ITEMS_MAX {
                break;
            }
            if self.single_events {
                items.extend(self.instances(view, window, self.show_deleted));
            } else if self.touches(view, window) {
                items.extend(self.parts(view));
            }
        }
        if self.show_deleted || self.filter.is_about_changes() {
            items.extend(self.dead().await?);
        }
        self.sort(&mut items);
        let more = items.len() > offset + self.limit;
        let page = items.into_iter().skip(offset).take(self.limit).collect();
        Ok((page, more.then(|| Next::Offset(offset + self.limit))))
    }

    /// The window that was asked for, with an end for endless series.
    pub(super) fn asked(&self, now: Timestamp) -> Window {
        let from = self.time_min.unwrap_or(Timestamp::MIN);
        let ahead = shifted(now.max(self.time_min.unwrap_or(now)), AHEAD_DAYS);
        let open_end = if self.single_events {
            ahead
        } else {
            Timestamp::MAX
        };
        Window {
            from,
            to: self.time_max.unwrap_or(open_end),
        }
    }

    /// Whether the event, or any of its occurrences, touches the window.
    fn touches(&self, view: &EventView, window: Window) -> bool {
        let open = self.time_min.is_none() && self.time_max.is_none();
        open || view
            .event
            .occurrences(window, &self.place.viewer())
            .next()
            .is_some()
    }

    /// A master with its exceptions, or one that is gone.
    fn parts(&self, view: &EventView) -> Vec<Wire> {
        let mut parts = all_parts(self.place, view);
        if view.alive {
            parts.retain(|item| self.filter.admits_item(item));
        }
        parts
    }

    /// The occurrences in a window, one by one, and the cancelled ones if they are wanted.
    fn instances(&self, view: &EventView, window: Window, cancelled: bool) -> Vec<Wire> {
        let mut items = instances(self.place, view, window, cancelled);
        items.retain(|item| self.filter.admits_item(item));
        items
    }

    async fn dead(&self) -> Result<Vec<Wire>, Fault> {
        let mut dead = Vec::new();
        let mut after = None;
        loop {
            let hub = &self.app.hub;
            let views = hub
                .events(self.actor, self.place.calendar.id, after, 1_000, true)
                .await?;
            let is_last = views.len() < 1_000;
            after = views.last().map(|view| view.id);
            let wanted = views
                .iter()
                .filter(|view| !view.alive && self.filter.admits(view));
            dead.extend(wanted.map(|view| render::master(self.place, view)));
            if is_last || dead.len() > ITEMS_MAX {
                return Ok(dead);
            }
        }
    }

    fn sort(&self, items: &mut [Wire]) {
        match self.order {
            Order::None => {}
            Order::StartTime => items.sort_by_cached_key(|item| start(item, self.place)),
            Order::Updated => items.sort_by(|a, b| a.updated.cmp(&b.updated)),
        }
    }
}

/// A master with its exceptions, or one that is gone.
fn all_parts(place: &Place, view: &EventView) -> Vec<Wire> {
    if !view.alive {
        return vec![render::master(place, view)];
    }
    let rendered = render::event(place, view);
    let exceptions = rendered.exceptions.into_values();
    [rendered.master].into_iter().chain(exceptions).collect()
}

/// The occurrences of an event in a window as instances, or the event itself if it happens once.
pub(super) fn instances(
    place: &Place,
    view: &EventView,
    window: Window,
    cancelled: bool,
) -> Vec<Wire> {
    let occurrences = view
        .event
        .occurrences(window, &place.viewer())
        .take(OCCURRENCES_MAX);
    let mut items: Vec<Wire> = occurrences
        .map(|occurrence| match occurrence.id {
            Some(id) => render::instance(place, view, id),
            None => render::master(place, view),
        })
        .collect();
    if cancelled {
        let rendered = render::event(place, view).exceptions.into_values();
        items.extend(rendered.filter(Wire::is_cancelled));
    }
    items
}

/// When an item begins; what has no start comes first.
fn start(item: &Wire, place: &Place) -> Timestamp {
    let when = protocols::google::read(item, &[], &place.zone).map(|mapped| mapped.value.when);
    when.map_or(Timestamp::MIN, |when| when.start_instant(&place.viewer()))
}

fn shifted(at: Timestamp, days: i64) -> Timestamp {
    at.saturating_add(SignedDuration::from_hours(24 * days))
        .unwrap_or(at)
}
