//! Mailboxes: `/users/{id}` is the caller's own, or that of somebody of the house, of which they see what is shared with them.

use axum::http::Method;
use hub::{Access, CalendarView};
use identity::{Actor, Kind, User};

use super::{fault::Fault, ids};
use crate::App;

/// The path as it is from the caller's own mailbox: theirs is `me`, and another's default calendar one of those they see.
pub(super) async fn seen(
    app: &App,
    actor: &Actor,
    owner: &User,
    method: &Method,
    segments: Vec<String>,
) -> Result<Vec<String>, Fault> {
    let [users, id, rest @ ..] = &segments[..] else {
        return Ok(segments);
    };
    if !users.eq_ignore_ascii_case("users") {
        return Ok(segments);
    }
    let me = std::iter::once("me".to_owned());
    if is(owner, id) {
        return Ok(me.chain(rest.iter().cloned()).collect());
    }
    let all = app.identity.users().await?;
    let other = all.iter().find(|user| is(user, id));
    let other = other.ok_or_else(|| Fault::no_user(id))?;
    let [kind, below @ ..] = rest else {
        return Err(Fault::insufficient_privileges());
    };
    if !asks_for_shared(actor, method) {
        return Err(Fault::denied());
    }
    let (calendar, rest) = match (kind.to_ascii_lowercase().as_str(), below) {
        ("calendar", below) => (default(app, actor, other).await?, below),
        ("events" | "calendarview", _) => (default(app, actor, other).await?, rest),
        ("calendars", [id, below @ ..]) => (named(app, actor, other, id).await?, below),
        _ => return Err(Fault::denied()),
    };
    let own = ["calendars".to_owned(), ids::of_calendar(calendar.id)];
    Ok(me.chain(own).chain(rest.iter().cloned()).collect())
}

fn is(user: &User, id: &str) -> bool {
    id.eq_ignore_ascii_case(&user.email) || id.eq_ignore_ascii_case(&user.id.to_string())
}

/// What a program was let in for is the person's own mailbox, unless it is said otherwise.
fn asks_for_shared(actor: &Actor, method: &Method) -> bool {
    let (Kind::Application { .. }, Some(scopes)) = (&actor.kind, &actor.scopes) else {
        return true;
    };
    let reads = *method == Method::GET;
    let mut names = scopes
        .iter()
        .map(|s| s.rsplit('/').next().unwrap_or(s).to_ascii_lowercase());
    names.any(|name| match name.as_str() {
        "calendars.readwrite.shared" => true,
        "calendars.read.shared" => reads,
        _ => false,
    })
}

async fn default(app: &App, actor: &Actor, other: &User) -> Result<CalendarView, Fault> {
    let found = app.hub.calendar_of_person(actor, &other.email, false).await;
    let found = match found {
        Err(hub::Error::NotFound(_)) => None,
        found => found?,
    };
    found
        .filter(|calendar| calendar.access >= Access::Read)
        .ok_or_else(Fault::denied)
}

async fn named(app: &App, actor: &Actor, other: &User, id: &str) -> Result<CalendarView, Fault> {
    let known = ids::calendar(id).ok_or_else(|| ids::unknown(id))?;
    let calendar = app.hub.calendar(actor, known).await?;
    let theirs = calendar.owner == Some(other.id) && calendar.access >= Access::Read;
    theirs.then_some(calendar).ok_or_else(Fault::missing)
}
