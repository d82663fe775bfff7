//! POST to an outbox: asking others when they are busy (RFC 6638 5). That is all that an outbox is for: invitations go out with
//! what they are in.

use axum::{http::StatusCode, response::Response};
use calendar::{Address, Window};
use hub::Access;
use identity::{Actor, User};
use jiff::Timestamp;
use protocols::{
    caldav::{Element, Name, name},
    icalendar::{
        component::{Component, Property},
        empty_calendar, parse, value, write,
    },
    itip::{self, Method},
};

use super::{
    super::{
        answer::{Fault, Result, xml},
        components,
        put::check_lines,
        report::{
            busy::{self, Period},
            own_zone,
        },
        request::Request,
    },
    by_mail,
};

/// People that one request can ask about.
const ASKED_MAX: usize = 100;
/// Longest stretch of time that is looked through, in days.
const DAYS_MAX: i64 = 800;

/// What became of a question about one person (RFC 5546 3.6).
const FOUND: &str = "2.0;Success";
const UNKNOWN: &str = "3.7;Invalid calendar user";
const CLOSED: &str = "3.8;No authority";
const ELSEWHERE: &str = "5.3;No scheduling support for user";
const TOO_MANY: &str = "5.1;Service unavailable";

/// POST to the outbox of whoever asks.
pub(in super::super) async fn post(request: &Request) -> Result<Response> {
    let kind = request.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !matches!(kind, "" | "text/calendar") {
        let detail = format!("{kind} is not understood here; text/calendar is");
        return Err(refused(name::SUPPORTED_CALENDAR_DATA, detail));
    }
    let unreadable = |detail: String| refused(name::VALID_CALENDAR_DATA, detail);
    let parsed = parse::parse(&request.body[..]).map_err(|e| unreadable(e.to_string()))?;
    check_lines(&parsed)?;
    let [tree] = &parsed.components[..] else {
        return Err(unreadable("one VCALENDAR is needed".to_owned()));
    };
    let known = by_mail(request, tree, None).await?;
    let tree = known.unwrap_or_else(|| tree.clone().into_owned());
    let question = Question::read(&tree)?;
    let own = Address::new(&request.user.email);
    if question.organizer != own {
        let detail = "ORGANIZER: busy time is asked for in one's own name";
        return Err(refused(Name::new(name::CALDAV, "valid-organizer"), detail));
    }
    let users = request.app.identity.users().await?;
    let mut root = Element::new(name::SCHEDULE_RESPONSE);
    for (n, asked) in question.asked.iter().enumerate() {
        let (status, data) = if n < ASKED_MAX {
            about(request, &question, asked, &users).await?
        } else {
            (TOO_MANY, None)
        };
        let address = asked.value.trim().to_owned();
        let href = Element::text(name::HREF, address);
        let mut answer = Element::new(name::SCHEDULED)
            .with(Element::parent(name::RECIPIENT, [href]))
            .with(Element::text(name::REQUEST_STATUS, status));
        if let Some(data) = data {
            answer = answer.with(Element::text(name::CALENDAR_DATA, data));
        }
        root = root.with(answer);
    }
    Ok(xml(StatusCode::OK, &root))
}

fn refused(condition: Name, detail: impl Into<String>) -> Fault {
    Fault::condition(StatusCode::FORBIDDEN, condition, detail)
}

/// Who asks about whom, and from when until when.
struct Question<'a> {
    organizer: Address,
    asked: Vec<&'a Property<'static>>,
    part: &'a Component<'static>,
    window: Window,
}

impl<'a> Question<'a> {
    fn read(tree: &'a Component<'static>) -> Result<Self> {
        let invalid = |detail: &str| {
            let condition = Name::new(name::CALDAV, "valid-scheduling-message");
            refused(condition, detail)
        };
        let method = itip::read(tree).map_err(|flaw| invalid(flaw.0))?;
        let part = tree.components.iter().find(|c| c.is("VFREEBUSY"));
        let Some(part) = part.filter(|_| method == Method::Request) else {
            let detail = "an outbox takes questions for busy time: METHOD:REQUEST of a VFREEBUSY. Whom to invite is written into a calendar";
            return Err(invalid(detail));
        };
        let at = |name: &str| -> Option<Timestamp> {
            let (local, is_utc) = value::date_time(part.property(name)?.value.trim())?;
            is_utc.then(|| value::utc(local))
        };
        let (Some(from), Some(to)) = (at("DTSTART"), at("DTEND")) else {
            return Err(invalid("DTSTART and DTEND in UTC are needed"));
        };
        let days = to.duration_since(from).as_hours() / 24;
        if from >= to || days > DAYS_MAX {
            return Err(invalid("DTEND must be after DTSTART, by 800 days at most"));
        }
        let (organizer, _) =
            itip::organizer(tree).ok_or_else(|| invalid("ORGANIZER is missing"))?;
        Ok(Self {
            organizer,
            asked: part.all("ATTENDEE").collect(),
            part,
            window: Window { from, to },
        })
    }
}

/// What is said of one person.
async fn about(
    request: &Request,
    question: &Question<'_>,
    asked: &Property<'static>,
    users: &[User],
) -> Result<(&'static str, Option<String>)> {
    let address = Address::new(&asked.value);
    let Some(email) = address.email() else {
        return Ok((UNKNOWN, None));
    };
    let Some(user) = users.iter().find(|u| u.email.eq_ignore_ascii_case(email)) else {
        return Ok((ELSEWHERE, None));
    };
    let Some(periods) = periods(request, user, question.window).await? else {
        return Ok((CLOSED, None));
    };
    Ok((FOUND, Some(reply(request, question, asked, &periods))))
}

/// When somebody is busy in the calendars that whoever asks may see that much of, and that are not transparent (RFC 6638
/// 9.1); `None` if there is no such calendar.
async fn periods(request: &Request, user: &User, window: Window) -> Result<Option<Vec<Period>>> {
    let hub = &request.app.hub;
    let person = Actor::person(request.app.tenant, user.id);
    let mut theirs = hub.calendars(&person).await?;
    theirs.retain(|calendar| !calendar.shared);
    // Those of one organization see when each other is busy, if that is how the house is run.
    let open = request.app.dialect.colleagues || user.id == request.user.id;
    let asker = if open { &person } else { &request.actor };
    let (mut periods, mut seen) = (Vec::new(), false);
    for calendar in &theirs {
        let level = match hub.calendar(asker, calendar.id).await {
            Ok(view) => view.access,
            Err(hub::Error::NotFound(_)) => continue,
            Err(error) => return Err(error.into()),
        };
        seen |= level >= Access::FreeBusy;
        if level < Access::FreeBusy || components::is_transparent(calendar) {
            continue;
        }
        let zone = own_zone(request, calendar);
        let taken = hub.taken_in(asker, calendar.id, window).await?;
        busy::add(&mut periods, &taken, window, &zone)?;
    }
    Ok(seen.then(|| busy::joined(periods)))
}

/// An answer (RFC 5546 3.3.3).
fn reply(
    request: &Request,
    question: &Question<'_>,
    asked: &Property<'static>,
    periods: &[Period],
) -> String {
    let mut answer = Component::new("VFREEBUSY");
    let kept = ["UID", "ORGANIZER", "DTSTART", "DTEND"];
    let own = question.part.properties.iter();
    answer.properties = own
        .filter(|p| kept.iter().any(|k| p.is(k)))
        .cloned()
        .collect();
    answer.properties.push(asked.clone());
    let now = value::write_utc(request.app.hub.clock().now());
    answer.properties.push(Property::new("DTSTAMP", now));
    answer.properties.extend(periods.iter().map(busy::property));
    let mut tree = empty_calendar();
    tree.properties.push(Property::new("METHOD", "REPLY"));
    tree.components.push(answer);
    write::write(&tree)
}
