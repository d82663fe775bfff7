//! `events.insert`, `import`, `update`, `patch`, `delete`.

use axum::{
    Json,
    extract::{Path, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use hub::{
    EventView, Precondition,
    events::{NewEvent, Terms},
    scheduling::{Scheduling, Tell},
};
use identity::Actor;
use protocols::google::{Event as Wire, client_id};
use serde_json::{Map, Value};

use super::{
    Fault,
    body::{self, Says},
    check, conference,
    edit::{self, Draft, merge},
    events::shown,
    guests,
    place::{Place, Target, is_id},
    query::Query,
    render,
    shape::Shape,
    signed::Signed,
    special, updates,
    writable::{can_change, stay},
};
use crate::App;

type Body = Result<Json<Value>, JsonRejection>;

/// One write: who asks, where, and how.
pub(super) struct Request {
    app: App,
    actor: Actor,
    place: Place,
    query: Query,
    how: Scheduling<'static>,
}

impl Request {
    pub(super) async fn new(
        app: App,
        actor: Actor,
        calendar: &str,
        query: Query,
    ) -> Result<Self, Fault> {
        let how = updates::how(&query)?;
        let place = Place::of(&app, &actor, calendar).await?;
        Ok(Self {
            app,
            actor,
            place,
            query,
            how,
        })
    }

    /// The name of the calendar's zone.
    pub(super) fn zone(&self) -> String {
        self.place.calendar.time_zone.clone()
    }

    /// Makes an event of these fields.
    pub(super) async fn make(&self, fields: &Value) -> Result<Response, Fault> {
        self.create(edit::wire(fields)?).await
    }

    /// Shows an event as its client wants it.
    fn shown(&self, wire: Wire) -> Result<Response, Fault> {
        let shape = Shape::of(&self.query, &self.place)?;
        Ok(shown(shape.apply(wire)))
    }

    /// What the body says, without what the parameters say is to be ignored.
    fn fields(&self, body: Body, says: Says) -> Result<Map<String, Value>, Fault> {
        let parse = |_| Fault::new(400, "parseError", "Parse Error");
        let Json(Value::Object(fields)) = body.map_err(parse)? else {
            return Err(Fault::new(400, "parseError", "Parse Error"));
        };
        let mut fields = body::read(&fields, says)?;
        for name in self.ignored()? {
            fields.shift_remove(name);
        }
        let offered = self.app.dialect.conferences;
        let id = offered.then(|| self.app.hub.ids().uuid());
        if fields.get("conferenceData").is_some_and(Value::is_null) {
            fields.insert("hangoutLink".to_owned(), Value::Null);
        }
        conference::set_up(&mut fields, id)?;
        Ok(fields)
    }

    /// The fields that only clients of today know, by the parameters.
    fn ignored(&self) -> Result<Vec<&'static str>, Fault> {
        let known = [
            (
                "conferenceData",
                self.query.version("conferenceDataVersion")?,
            ),
            ("eventLabelId", self.query.version("eventLabelVersion")?),
            (
                "attachments",
                self.query.flag("supportsAttachments")? == Some(true),
            ),
        ];
        let unknown = known.into_iter().filter(|(_, is_known)| !is_known);
        Ok(unknown.map(|(name, _)| name).collect())
    }

    /// The precondition of `If-Match`.
    fn precondition(headers: &HeaderMap, view: &EventView) -> Result<Precondition, Fault> {
        let Some(value) = headers.get(header::IF_MATCH) else {
            return Ok(Precondition::None);
        };
        let tags = value.to_str().unwrap_or_default();
        let etag = render::etag(view);
        let weak = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        if tags.trim() == "*" {
            Ok(Precondition::None)
        } else if tags.split(',').any(|tag| weak(tag) == etag) {
            Ok(Precondition::Revision(view.revision))
        } else {
            Err(Fault::condition_not_met())
        }
    }

    /// Counts the mails that Google would send.
    fn count(&self, wire: &Wire) {
        let others = wire.attendees.iter().flatten();
        let others = others.filter(|a| a.is_self != Some(true) && a.organizer != Some(true));
        if self.how.tell == Tell::All {
            self.app.would_mail(others.count());
        }
    }

    fn terms(&self, precondition: Precondition) -> Terms<'static> {
        let how = self.how;
        Terms { precondition, how }
    }

    async fn create(&self, mut wire: Wire) -> Result<Response, Fault> {
        check::event(&wire, &self.place.zone, |_| true)?;
        if wire.event_type.as_deref() == Some("fromGmail") {
            let message = "Events of the type fromGmail cannot be created.";
            return Err(special::restricted(message));
        }
        let id = match wire.id.take() {
            Some(id) if !is_id(&id) => return Err(Fault::invalid("Invalid resource id value.")),
            Some(id) => id,
            None => client_id(self.app.hub.ids().uuid().as_bytes()),
        };
        let (hub, calendar) = (&self.app.hub, self.place.calendar.id);
        if let Some(there) = hub.event_by_name(&self.actor, calendar, &id).await?
            && (there.alive || self.app.dialect.burned_ids)
        {
            return Err(Fault::duplicate());
        }
        wire.i_cal_uid
            .get_or_insert_with(|| format!("{id}@google.com"));
        let event = edit::event(&wire, &[], &self.place.zone)?;
        let name = Some(id);
        let new = NewEvent { name, event };
        let made = hub.create_event_telling(&self.actor, calendar, new, self.how);
        let view = Box::pin(made).await?;
        let wire = render::master(&self.place, &view);
        self.count(&wire);
        self.shown(wire)
    }

    /// Changes what `target` is, and shows it as it is then.
    async fn change(
        &self,
        target: Target,
        precondition: Precondition,
        change: impl FnOnce(&mut Draft) -> Result<(), Fault> + Send,
    ) -> Result<Response, Fault> {
        let zone = &self.place.zone;
        let mut refused = None;
        let edit = |event: &mut calendar::Event| {
            edit::edit(event, zone, change).map_err(|fault| {
                refused = Some(fault);
                hub::Error::invalid("body", "refused")
            })
        };
        let hub = &self.app.hub;
        let id = target.view.id;
        let terms = self.terms(precondition);
        let edited = Box::pin(hub.edit_event(&self.actor, id, terms, edit)).await;
        let view = match (edited, refused) {
            (Err(_), Some(fault)) => return Err(fault),
            (edited, _) => edited?,
        };
        let wire = match target.occurrence {
            Some(occurrence) => render::instance(&self.place, &view, occurrence),
            None => render::master(&self.place, &view),
        };
        self.count(&wire);
        self.shown(wire)
    }

    /// A living event to be changed.
    async fn target(&self, event: &str) -> Result<Target, Fault> {
        let target = self.place.target(&self.app, &self.actor, event).await?;
        if target.view.alive {
            Ok(target)
        } else {
            Err(Fault::not_found())
        }
    }

    /// The same. One that was deleted comes back for whoever says that it is no longer cancelled, and no more than that.
    async fn revived(
        &self,
        event: &str,
        fields: &Map<String, Value>,
        headers: &HeaderMap,
    ) -> Result<Target, Fault> {
        let target = self.place.target(&self.app, &self.actor, event).await?;
        let lives = matches!(
            fields.get("status").and_then(Value::as_str),
            Some("confirmed" | "tentative")
        );
        if !target.view.alive && lives && !headers.contains_key(header::IF_MATCH) {
            let hub = &self.app.hub;
            Box::pin(hub.revive_event(&self.actor, target.view.id)).await?;
        }
        self.target(event).await
    }
}

pub(super) async fn insert(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
    query: Query,
    body: Body,
) -> Result<Response, Fault> {
    let request = Request::new(app, actor, &calendar, query).await?;
    let mut fields = request.fields(body, Says::Everything)?;
    for name in ["attendeesOmitted", "organizer", "originalStartTime"] {
        fields.shift_remove(name);
    }
    request.create(edit::wire(&Value::Object(fields))?).await
}

/// A private copy of an event that is organised elsewhere; once more is an update.
pub(super) async fn import(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(calendar): Path<String>,
    query: Query,
    body: Body,
) -> Result<Response, Fault> {
    let mut request = Request::new(app, actor, &calendar, query).await?;
    // It is nobody else's.
    request.how.tell = Tell::Nobody;
    let mut fields = request.fields(body, Says::Everything)?;
    for name in ["attendeesOmitted", "id", "originalStartTime"] {
        fields.shift_remove(name);
    }
    let wire = edit::wire(&Value::Object(fields.clone()))?;
    if wire.event_type.as_deref().unwrap_or("default") != "default" {
        let message = "Only events of the type default can be imported.";
        return Err(special::restricted(message));
    }
    let Some(uid) = &wire.i_cal_uid else {
        return Err(Fault::required("Missing iCalUID."));
    };
    check::event(&wire, &request.place.zone, |_| true)?;
    let (hub, place) = (&request.app.hub, &request.place);
    let there = hub
        .events_by_uid(&request.actor, place.calendar.id, uid)
        .await?;
    let Some(view) = there.into_iter().next() else {
        return request.create(wire).await;
    };
    let occurrence = None;
    let replace = move |draft: &mut Draft| {
        let mut fields = fields;
        draft.number(None, &mut fields)?;
        draft.master = Value::Object(fields);
        Ok(())
    };
    request
        .change(Target { view, occurrence }, Precondition::None, replace)
        .await
}

pub(super) async fn update(
    State(app): State<App>,
    Signed(actor): Signed,
    Path((calendar, event)): Path<(String, String)>,
    query: Query,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Fault> {
    let request = Request::new(app, actor, &calendar, query).await?;
    let fields = request.fields(body, Says::Everything)?;
    let ignored = request.ignored()?;
    let target = request.revived(&event, &fields, &headers).await?;
    let precondition = Request::precondition(&headers, &target.view)?;
    let occurrence = target.occurrence;
    let is_cancelled = fields
        .get("status")
        .is_some_and(|status| status == "cancelled");
    if is_cancelled {
        return request.cancel(target, precondition).await;
    }
    let sent = edit::wire(&Value::Object(fields.clone()))?;
    check::event(&sent, &request.place.zone, |_| true)?;
    let replace = move |draft: &mut Draft| {
        let mut fields = fields;
        draft.number(occurrence, &mut fields)?;
        let into = match occurrence {
            Some(id) => draft.occurrence(id)?,
            None => &mut draft.master,
        };
        special::same_type(into["eventType"].as_str(), sent.event_type.as_deref())?;
        guests::join(into, &mut fields);
        stay(into, &mut fields, &ignored);
        *into = Value::Object(fields);
        special::check(&edit::wire(into)?, |_| true)
    };
    request.change(target, precondition, replace).await
}

pub(super) async fn patch(
    State(app): State<App>,
    Signed(actor): Signed,
    Path((calendar, event)): Path<(String, String)>,
    query: Query,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Fault> {
    let request = Request::new(app, actor, &calendar, query).await?;
    let fields = request.fields(body, Says::Changes)?;
    let target = request.revived(&event, &fields, &headers).await?;
    let precondition = Request::precondition(&headers, &target.view)?;
    if fields
        .get("status")
        .is_some_and(|status| status == "cancelled")
    {
        return request.cancel(target, precondition).await;
    }
    let occurrence = target.occurrence;
    let zone = request.place.zone.clone();
    let apply = move |draft: &mut Draft| {
        let mut fields = fields;
        draft.number(occurrence, &mut fields)?;
        let into = match occurrence {
            Some(id) => draft.occurrence(id)?,
            None => &mut draft.master,
        };
        special::same_type(
            into["eventType"].as_str(),
            fields.get("eventType").and_then(Value::as_str),
        )?;
        fields.retain(|name, _| can_change(name) || name == "hangoutLink");
        guests::join(into, &mut fields);
        merge(into, &fields);
        check::event(&edit::wire(into)?, &zone, |name| fields.contains_key(name))
    };
    request.change(target, precondition, apply).await
}

pub(super) async fn delete(
    State(app): State<App>,
    Signed(actor): Signed,
    Path((calendar, event)): Path<(String, String)>,
    query: Query,
    headers: HeaderMap,
) -> Result<StatusCode, Fault> {
    let request = Request::new(app, actor, &calendar, query).await?;
    let target = request
        .place
        .target(&request.app, &request.actor, &event)
        .await?;
    let taken_out = |id| target.view.event.occurrence(id).is_none();
    if !target.view.alive || target.occurrence.is_some_and(taken_out) {
        return Err(Fault::deleted());
    }
    let precondition = Request::precondition(&headers, &target.view)?;
    request.cancel(target, precondition).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `events.move`: to another calendar, which organizes it from then on.
pub(super) async fn relocate(
    State(app): State<App>,
    Signed(actor): Signed,
    Path((calendar, event)): Path<(String, String)>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let missing = || Fault::required("Required").at("parameter", "destination");
    let to = query.get("destination").ok_or_else(missing)?.to_owned();
    let request = Request::new(app, actor, &calendar, query).await?;
    let target = request.target(&event).await?;
    if target.occurrence.is_some() {
        let reason = "cannotChangeOrganizerOfInstance";
        let message = "Cannot change the organizer of an instance.";
        return Err(Fault::calendar(400, reason, message));
    }
    let kind = render::master(&request.place, &target.view).event_type;
    if kind.is_some_and(|kind| kind != "default") {
        let message = "Only events of the type default can be moved.";
        return Err(special::restricted(message));
    }
    let precondition = Request::precondition(&headers, &target.view)?;
    let (app, actor) = (&request.app, &request.actor);
    let there = Place::of(app, actor, &to).await?;
    let moved = app
        .hub
        .move_event(actor, target.view.id, there.calendar.id, precondition);
    let wire = render::master(&there, &Box::pin(moved).await?);
    request.count(&wire);
    Ok(shown(wire))
}

impl Request {
    /// Deletes an event, or calls off an occurrence.
    async fn cancel(&self, target: Target, precondition: Precondition) -> Result<Response, Fault> {
        if let Some(id) = target.occurrence {
            let cancel = move |draft: &mut Draft| Ok(draft.cancel(id)?);
            return self.change(target, precondition, cancel).await;
        }
        self.count(&render::master(&self.place, &target.view));
        let hub = &self.app.hub;
        let id = target.view.id;
        Box::pin(hub.delete_event(&self.actor, id, self.terms(precondition))).await?;
        let view = hub.event(&self.actor, id).await?;
        Ok(shown(render::master(&self.place, &view)))
    }
}
