//! Events, occurrences and exceptions as JSON.

use std::collections::HashSet;

use calendar::{Event, Occurrence, Override, Participation, RecurrenceId, Window, Zone};
use hub::{CalendarView, CopyId, EnclosureKind, EventView};
use jiff::Timestamp;
use protocols::microsoft::{
    Shown, render,
    wire::{self, EmailAddress, EventType, Recipient},
};
use serde_json::{Map, Value, json};

use super::{
    attachments, calendars,
    call::Call,
    etag::{change_key, etag},
    extensions,
    fault::Fault,
    fields,
    ids::EventId,
};

/// An event, or one of its occurrences.
type Place = (CopyId, Option<RecurrenceId>);

/// Shows the events of a calendar.
pub(super) struct Items<'a> {
    call: &'a Call,
    zone: Zone,
    calendar: &'a CalendarView,
    /// The calendar itself, where a client wants it with each event.
    shown: Option<Value>,
    /// The events that have files, and the occurrences that have some of their own.
    filed: HashSet<Place>,
    /// What is beside events, where a client wants it with them.
    beside: Vec<(&'static str, Place, Value)>,
}

impl<'a> Items<'a> {
    pub(super) fn new(call: &'a Call, calendar: &'a CalendarView) -> Self {
        let zone = Zone::iana(&calendar.time_zone).unwrap_or_else(|| call.mailbox_zone());
        Self {
            call,
            zone,
            calendar,
            shown: None,
            filed: HashSet::new(),
            beside: Vec::new(),
        }
    }

    /// With what `$expand` asks for of other resources.
    pub(super) async fn expanded(mut self) -> Result<Self, Fault> {
        if self.call.query.expands("calendar").is_some() {
            let default = self.call.default_calendar().await?;
            let own = default == self.calendar.id;
            self.shown = Some(calendars::shown(self.call, self.calendar, own));
        }
        let (hub, id) = (&self.call.app.hub, self.calendar.id);
        let (actor, query) = (&self.call.actor, &self.call.query);
        let filed = hub.enclosing(actor, id, EnclosureKind::File).await?;
        self.filed = filed.into_iter().collect();
        if query.expands("attachments").is_some() {
            let all = hub.enclosures_in(actor, id, EnclosureKind::File).await?;
            let all = all.iter();
            let all = all.map(|one| {
                let place = (one.copy, one.occurrence);
                ("attachments", place, attachments::shown(one))
            });
            self.beside.extend(all);
        }
        if let Some(expand) = query.expands("extensions") {
            let all = hub.enclosures_in(actor, id, EnclosureKind::Extension);
            for one in all.await? {
                let item = extensions::shown(&one);
                // An extension is found by its name as well as by its id.
                let short = json!({"id": one.content["extensionName"]});
                let wanted = expand.filter.as_ref();
                if wanted.is_none_or(|filter| filter.holds(&item) || filter.holds(&short)) {
                    self.beside.push(("extensions", (one.copy, None), item));
                }
            }
        }
        Ok(self)
    }

    /// The zone of floating times, and of days.
    pub(super) fn viewer(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::get(self.zone.name()).unwrap_or(jiff::tz::TimeZone::UTC)
    }

    /// A single event or master, with everything that there is to say.
    pub(super) fn whole(&self, view: &EventView) -> Map<String, Value> {
        let mut wire = self.render(&view.event, view);
        wire.id = Some(EventId::Whole(view.id).encode());
        wire.transaction_id.clone_from(&view.name);
        let master = view.event.is_series();
        let kind = if master {
            EventType::SeriesMaster
        } else {
            EventType::SingleInstance
        };
        wire.kind = Some(kind);
        let mut item = self.object(&wire, (view.id, None));
        if master {
            item.insert("cancelledOccurrences".to_owned(), cancelled(view));
            let exceptions = self.exceptions(view).map(Value::Object).collect();
            item.insert("exceptionOccurrences".to_owned(), exceptions);
        }
        item
    }

    /// One occurrence; `None` if it does not take place.
    pub(super) fn instance(
        &self,
        view: &EventView,
        id: RecurrenceId,
    ) -> Option<Map<String, Value>> {
        let single = view.event.occurrence(id)?;
        let mut wire = self.render(&single, view);
        wire.id = Some(EventId::Instance(view.id, id).encode());
        wire.series_master_id = Some(EventId::Whole(view.id).encode());
        wire.kind = Some(kind(&view.event, id));
        wire.original_start = Some(self.original(view, id));
        Some(self.object(&wire, (view.id, Some(id))))
    }

    /// An occurrence as delta answers give them: bare. An exception is told in full.
    pub(super) fn stub(&self, view: &EventView, id: RecurrenceId) -> Option<Map<String, Value>> {
        let mut item = self.instance(view, id)?;
        if kind(&view.event, id) == EventType::Occurrence {
            let bare = [
                "@odata.etag",
                "id",
                "type",
                "seriesMasterId",
                "start",
                "end",
            ];
            item.retain(|name, _| bare.contains(&name.as_str()));
        }
        item.insert("@odata.type".to_owned(), json!("#microsoft.graph.event"));
        item.remove("singleValueExtendedProperties");
        Some(item)
    }

    /// The occurrences of an event that touch a window, in order.
    pub(super) fn occurrences(&self, view: &EventView, window: Window) -> Vec<Occurrence> {
        view.event.occurrences(window, &self.viewer()).collect()
    }

    /// The occurrences that were taken out of a window.
    pub(super) fn excluded(&self, view: &EventView, window: Window) -> Vec<RecurrenceId> {
        let out = view.event.overrides.iter();
        let out = out.filter(|(_, what)| **what == Override::Excluded);
        out.map(|(id, _)| *id)
            .filter(|id| {
                let at = self.original(view, *id);
                at >= window.from && at < window.to
            })
            .collect()
    }

    fn original(&self, view: &EventView, id: RecurrenceId) -> Timestamp {
        match (view.event.when.is_all_day(), view.event.when.zone()) {
            (true, _) => Zone::utc().to_instant(id.0),
            (false, Some(zone)) => zone.to_instant(id.0),
            (false, None) => self.zone.to_instant(id.0),
        }
    }

    fn exceptions(&self, view: &EventView) -> impl Iterator<Item = Map<String, Value>> {
        let changed = view.event.overrides.iter();
        changed
            .filter(|(id, _)| kind(&view.event, **id) == EventType::Exception)
            .filter_map(|(id, _)| self.instance(view, *id))
            .map(|mut item| {
                item.remove("singleValueExtendedProperties");
                item
            })
    }

    fn render(&self, event: &Event, view: &EventView) -> wire::Event {
        let prefer = &self.call.prefer;
        let mut wire = render(
            event,
            Shown {
                zone: &prefer.zone,
                zone_name: &prefer.zone_name,
                plain: prefer.plain,
                mailbox: &self.zone,
            },
        );
        let key = change_key(view);
        wire.etag = Some(etag(&key));
        wire.change_key = Some(key);
        wire.created_date_time = Some(kept(view.created));
        wire.last_modified_date_time = Some(kept(view.updated));
        wire.ical_uid = Some(view.event.uid.clone());
        let owner = &self.call.owner;
        let mine = wire.organizer.as_ref().is_none_or(|organizer| {
            let address = organizer
                .email_address
                .as_ref()
                .and_then(|e| e.address.as_deref());
            address.is_some_and(|address| address.eq_ignore_ascii_case(&owner.email))
        });
        wire.is_organizer = Some(mine);
        wire.organizer.get_or_insert_with(|| Recipient {
            email_address: Some(EmailAddress {
                name: Some(owner.name.clone()),
                address: Some(owner.email.clone()),
                rest: Map::new(),
            }),
            rest: Map::new(),
        });
        let response = if mine {
            "organizer"
        } else {
            self.own_answer(event)
        };
        let status = json!({"response": response, "time": "0001-01-01T00:00:00Z"});
        wire.rest.insert("responseStatus".to_owned(), status);
        let link = format!("{}calendar/item/{}", self.call.app.public_url, view.id);
        wire.rest.insert("webLink".to_owned(), json!(link));
        wire
    }

    /// An occurrence has what is beside its series, and its own.
    fn object(&self, wire: &wire::Event, place: Place) -> Map<String, Value> {
        let mut item = object(wire);
        let has = |of: &Place| *of == place || *of == (place.0, None);
        let filed = self.filed.contains(&place) || self.filed.contains(&(place.0, None));
        item.insert("hasAttachments".to_owned(), filed.into());
        for name in ["attachments", "extensions"] {
            if self.call.query.expands(name).is_some() {
                let own = self.beside.iter();
                let own = own.filter(|(of, at, _)| *of == name && has(at));
                let own = own.map(|(.., item)| item.clone()).collect();
                item.insert(name.to_owned(), own);
            }
        }
        if let Some(calendar) = &self.shown {
            item.insert("calendar".to_owned(), calendar.clone());
        }
        item
    }

    fn own_answer(&self, event: &Event) -> &'static str {
        let own = event
            .people
            .get(&calendar::Address::new(&self.call.owner.email));
        match own.map(|person| person.participation) {
            Some(Participation::Accepted) => "accepted",
            Some(Participation::Declined) => "declined",
            Some(Participation::Tentative) => "tentativelyAccepted",
            Some(_) => "notResponded",
            None => "none",
        }
    }
}

/// A moment as precisely as it is kept: what has just been made is told as it will be afterwards.
fn kept(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

/// Ids of the occurrences that were taken out.
fn cancelled(view: &EventView) -> Value {
    let master = EventId::Whole(view.id).encode();
    let out = view.event.overrides.iter();
    let out = out.filter(|(_, what)| **what == Override::Excluded);
    out.map(|(id, _)| json!(format!("OID.{master}.{}", id.0.date())))
        .collect()
}

/// Whether an occurrence is as the pattern has it.
fn kind(series: &Event, id: RecurrenceId) -> EventType {
    match series.overrides.get(&id) {
        Some(Override::Patch(patch)) if !patch.is_empty() => EventType::Exception,
        _ => EventType::Occurrence,
    }
}

fn object(wire: &wire::Event) -> Map<String, Value> {
    let mut item = match serde_json::to_value(wire) {
        Ok(Value::Object(item)) => item,
        // A wire event is a struct.
        _ => Map::new(),
    };
    fields::with_nulls(&mut item);
    item
}
