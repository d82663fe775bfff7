//! `accept`, `tentativelyAccept`, `decline`: the owner's answer to an invitation. `cancel`: the organizer calls a meeting off
//! (<https://learn.microsoft.com/en-us/graph/api/event-accept>, …`/event-cancel`).

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use calendar::{Address, Event, Participation};
use hub::events::Scope;
use serde_json::{Map, Value};

use super::{
    call::Call,
    events::{self, found, invited},
    fault::Fault,
    ids::EventId,
    path::{Action, Answer, Which},
    telling::{is_organizer, saying},
};

/// Answers an invitation.
pub(super) async fn answer(
    call: &Call,
    which: Option<&Which>,
    id: &str,
    answer: Answer,
) -> Result<Response, Fault> {
    let (view, _) = found(call, which, id).await?;
    let said = parameters(call)?;
    let own = Address::new(&call.owner.email);
    let invited = view.event.people.get(&own);
    if invited.is_none_or(|person| person.organizer) {
        let message = "Your request can't be completed. You can't respond to this meeting because you're the meeting organizer.";
        return Err(Fault::bad(message));
    }
    if answer == Answer::Accept && said.contains_key("proposednewtime") {
        return Err(Fault::body(
            "proposedNewTime: only a tentative answer or a refusal can propose another time",
        ));
    }
    let participation = match answer {
        Answer::Accept => Participation::Accepted,
        Answer::Tentative => Participation::Tentative,
        Answer::Decline => Participation::Declined,
    };
    let comment = text(&said, "comment")?;
    let set = |event: &mut Event| {
        if let Some(person) = event.people.get_mut(&own) {
            person.participation = participation;
            let comment = comment.clone().filter(|text| !text.is_empty());
            person.comment = comment.or(person.comment.take());
        }
        Ok(())
    };
    let hub = &call.app.hub;
    let reply = said.get("sendresponse") != Some(&Value::Bool(false));
    let terms = saying(reply, comment.as_deref());
    match EventId::decode(id) {
        Some(EventId::Instance(copy, occurrence)) => {
            let scope = Scope::This;
            Box::pin(hub.edit_occurrence(&call.actor, copy, occurrence, scope, terms, set)).await?;
        }
        _ => drop(Box::pin(hub.edit_event(&call.actor, view.id, terms, set)).await?),
    }
    if reply {
        call.app.would_mail(1);
    }
    Ok(StatusCode::ACCEPTED.into_response())
}

/// Calls a meeting, or one occurrence of it, off.
pub(super) async fn cancel(
    call: &Call,
    which: Option<&Which>,
    id: &str,
) -> Result<Response, Fault> {
    let (view, _) = found(call, which, id).await?;
    let comment = text(&parameters(call)?, "comment")?;
    if !is_organizer(call, &view) {
        let message =
            "Your request can't be completed. You need to be an organizer to cancel a meeting.";
        return Err(Fault::bad(message));
    }
    let hub = &call.app.hub;
    let terms = saying(true, comment.as_deref());
    match EventId::decode(id) {
        Some(EventId::Instance(copy, occurrence)) => {
            let scope = Scope::This;
            Box::pin(hub.delete_occurrence(&call.actor, copy, occurrence, scope, terms)).await?;
        }
        _ => Box::pin(hub.delete_event(&call.actor, view.id, terms)).await?,
    }
    call.app.would_mail(invited(&view.event));
    Ok(StatusCode::ACCEPTED.into_response())
}

/// Forwards an event to others, or puts its reminder off. Neither leaves a trace in the calendar.
pub(super) async fn act(
    call: &Call,
    which: Option<&Which>,
    id: &str,
    action: Action,
) -> Result<Response, Fault> {
    found(call, which, id).await?;
    let said = parameters(call)?;
    match action {
        Action::Forward => {
            let to = said.get("torecipients").and_then(Value::as_array);
            let to = to.filter(|to| !to.is_empty());
            let to = to.ok_or_else(|| Fault::bad("ToRecipients: at least one is needed"))?;
            call.app.would_mail(to.len());
            Ok(StatusCode::ACCEPTED.into_response())
        }
        Action::SnoozeReminder if !said.contains_key("newremindertime") => {
            Err(Fault::bad("NewReminderTime: is required"))
        }
        Action::DismissReminder | Action::SnoozeReminder => Ok(StatusCode::OK.into_response()),
        Action::PermanentDelete => events::delete(call, which, id).await,
    }
}

/// The parameters of an action; some clients begin them with a capital, as the metadata does.
pub(super) fn parameters(call: &Call) -> Result<Map<String, Value>, Fault> {
    let sent: Option<Map<String, Value>> = if call.body.is_empty() {
        None
    } else {
        call.json()?
    };
    let sent = sent.unwrap_or_default().into_iter();
    Ok(sent
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .collect())
}

fn text(said: &Map<String, Value>, name: &str) -> Result<Option<String>, Fault> {
    match said.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Fault::body(format!("{name}: a text is needed"))),
    }
}
