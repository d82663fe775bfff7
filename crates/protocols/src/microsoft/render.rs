//! An event as the service answers it: the other end of the mapping, for those who speak Graph to clients.
//!
//! Identity (id, etag, type, series, web link) is the caller's; here is what the event says. Where the service fills
//! what the event does not say (a reminder of a quarter of an hour, HTML around every text), so does this.

use calendar::{Event, Participation, Person, PersonKind, Role, Status, When, Zone};
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::{
    DIALECT, body, categories, html, places,
    recurrence::express,
    reminders, state, time,
    wire::{
        self, Attendee, AttendeeType, BodyType, Coordinates, DateTimeTimeZone, DayOfWeek,
        EmailAddress, ExtendedProperty, Location, PatternedRecurrence, Recipient, Response,
        ResponseStatus, WeekIndex,
    },
};

/// Characters of `bodyPreview`.
const PREVIEW_MAX: usize = 255;

/// How an event is to be shown.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The zone for start and end: UTC, or what `Prefer: outlook.timezone` asks for.
    pub zone: &'a Zone,
    /// The name under which that was asked for.
    pub zone_name: &'a str,
    /// Texts as plain text (`Prefer: outlook.body-content-type="text"`) instead of HTML.
    pub plain: bool,
    /// Zone of floating times.
    pub mailbox: &'a Zone,
}

/// What an event says, in Graph's words. Of an occurrence: of it as an event of its own.
pub fn render(event: &Event, shown: Shown<'_>) -> wire::Event {
    let minutes = reminders::shown(event);
    let canonical = html::canonical(&event.text);
    let mut wire = wire::Event {
        subject: Some(event.title.clone()),
        body: Some(rendered_body(event, shown, &canonical)),
        importance: Some(categories::importance(event.priority)),
        sensitivity: Some(state::sensitivity(event.privacy)),
        show_as: Some(state::show_as(event.status, event.busy)),
        is_all_day: Some(event.when.is_all_day()),
        is_cancelled: Some(event.status == Status::Cancelled),
        is_reminder_on: Some(event.reminders.is_none() || minutes.is_some()),
        reminder_minutes_before_start: i32::try_from(minutes.unwrap_or(15)).ok(),
        categories: Some(event.categories.iter().cloned().collect()),
        created_date_time: event.created,
        last_modified_date_time: event.updated,
        recurrence: recurrence(event, shown.mailbox),
        online_meeting: known(event, "onlineMeeting"),
        single_value_extended_properties: known::<Vec<ExtendedProperty>>(
            event,
            "singleValueExtendedProperties",
        ),
        attendees: Some(
            event
                .people
                .iter()
                .filter_map(|(a, p)| attendee(a.email()?, p))
                .collect(),
        ),
        organizer: event
            .people
            .iter()
            .find(|(_, p)| p.organizer)
            .map(|(a, p)| Recipient {
                email_address: Some(email(a.email().unwrap_or_default(), p)),
                ..Recipient::default()
            }),
        ..wire::Event::default()
    };
    times(&mut wire, event, shown);
    locations(&mut wire, event);
    wire.rest = rest(event, &canonical);
    wire
}

fn rendered_body(event: &Event, shown: Shown<'_>, canonical: &str) -> wire::Body {
    let content = match (shown.plain, event.text.html) {
        (true, _) => canonical.to_owned(),
        (false, _) if event.text.is_empty() => String::new(),
        (false, true) if event.text.content.contains("<html") => event.text.content.clone(),
        (false, true) => wrapped(&event.text.content),
        (false, false) => {
            let text = html::escape(&event.text.content);
            wrapped(&format!("<div class=\"PlainText\">{text}</div>"))
        }
    };
    let kind = if shown.plain {
        BodyType::Text
    } else {
        BodyType::Html
    };
    wire::Body {
        content_type: Some(kind),
        ..body::body(&calendar::Text::plain(content))
    }
}

/// As Exchange wraps what is not a document.
fn wrapped(content: &str) -> String {
    format!(
        "<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head><body>\r\n\
         {content}\r\n</body></html>\r\n"
    )
}

/// Start and end in the zone that was asked for. All-day events are at midnight in whatever zone.
fn times(wire: &mut wire::Event, event: &Event, shown: Shown<'_>) {
    let when = &event.when;
    let local = |local| {
        let mut time = DateTimeTimeZone::new(local, shown.zone_name);
        time.date_time = local.strftime("%Y-%m-%dT%H:%M:%S.0000000").to_string();
        Some(time)
    };
    if when.is_all_day() {
        (wire.start, wire.end) = (local(when.local_start()), local(when.local_end()));
        wire.original_start_time_zone = Some("UTC".to_owned());
        wire.original_end_time_zone = Some("UTC".to_owned());
        return;
    }
    let own = when.zone().unwrap_or(shown.mailbox);
    let zoned = match when.zone() {
        Some(_) => when.clone(),
        None => When::zoned(when.local_start(), own.clone(), when.duration()),
    };
    let utc = jiff::tz::TimeZone::UTC;
    let (start, end) = (zoned.start_instant(&utc), zoned.end_instant(&utc));
    wire.start = local(shown.zone.to_local(start));
    wire.end = local(shown.zone.to_local(end));
    let end_zone = match when {
        When::Timed {
            end_zone: Some(zone),
            ..
        } => zone,
        _ => own,
    };
    wire.original_start_time_zone = Some(time::wire_name(own).to_owned());
    wire.original_end_time_zone = Some(time::wire_name(end_zone).to_owned());
}

/// Pattern and range with everything filled, as answers have it. `None` for a rule that no pattern has.
fn recurrence(event: &Event, mailbox: &Zone) -> Option<PatternedRecurrence> {
    if !event.is_series() {
        return None;
    }
    let (pattern, range) = express(event).ok()?;
    let mut pattern = pattern.to_wire();
    pattern.month.get_or_insert(0);
    pattern.day_of_month.get_or_insert(0);
    pattern.first_day_of_week.get_or_insert(DayOfWeek::Sunday);
    pattern.index.get_or_insert(WeekIndex::First);
    let zone = match &event.when {
        When::AllDay { .. } => &Zone::utc(),
        when @ When::Timed { .. } => when.zone().unwrap_or(mailbox),
    };
    let start = event.when.local_start().date();
    let mut range = range.to_wire(start, time::wire_name(zone));
    range.end_date.get_or_insert(Date::constant(1, 1, 1));
    range.number_of_occurrences.get_or_insert(0);
    Some(PatternedRecurrence {
        pattern,
        range,
        rest: Map::new(),
    })
}

fn locations(wire: &mut wire::Event, event: &Event) {
    let all: Vec<Location> = places::locations(event, &mut Vec::new())
        .into_iter()
        .map(filled)
        .collect();
    let joined: Vec<&str> = all
        .iter()
        .filter_map(|l| l.display_name.as_deref())
        .collect();
    let mut first = all.first().cloned().unwrap_or_else(|| {
        let mut none = Location {
            display_name: Some(String::new()),
            ..Location::default()
        };
        none.rest
            .insert("locationType".to_owned(), json!("default"));
        none.rest
            .insert("uniqueIdType".to_owned(), json!("unknown"));
        none.rest.insert("address".to_owned(), json!({}));
        none.coordinates = Some(Coordinates::default());
        none
    });
    if all.len() > 1 {
        first.display_name = Some(joined.join("; "));
    }
    wire.location = Some(first);
    wire.locations = Some(all);
}

fn filled(mut location: Location) -> Location {
    let name = json!(location.display_name);
    for (key, value) in [
        ("locationType", json!("default")),
        ("uniqueId", name),
        ("uniqueIdType", json!("private")),
    ] {
        location.rest.entry(key).or_insert(value);
    }
    location
}

fn attendee(address: &str, person: &Person) -> Option<Attendee> {
    let kind = match (person.kind, person.role?) {
        (PersonKind::Resource | PersonKind::Location, _) => AttendeeType::Resource,
        (_, Role::Optional | Role::Informational) => AttendeeType::Optional,
        (_, Role::Required | Role::Chair) => AttendeeType::Required,
    };
    let response = match person.participation {
        Participation::Accepted => Response::Accepted,
        Participation::Declined => Response::Declined,
        Participation::Tentative => Response::TentativelyAccepted,
        Participation::NeedsAction | Participation::Delegated => Response::None,
    };
    Some(Attendee {
        kind: Some(kind),
        status: Some(ResponseStatus {
            response: Some(response),
            time: "0001-01-01T00:00:00Z".parse().ok(),
            rest: Map::new(),
        }),
        email_address: Some(email(address, person)),
        rest: Map::new(),
    })
}

fn email(address: &str, person: &Person) -> EmailAddress {
    EmailAddress {
        name: Some(person.name.clone().unwrap_or_else(|| address.to_owned())),
        address: Some(address.to_owned()),
        rest: Map::new(),
    }
}

/// What is kept in `unknown` under a name, if it is of this type.
fn known<T: serde::de::DeserializeOwned>(event: &Event, name: &str) -> Option<T> {
    let value = event.unknown.get(DIALECT)?.get(name)?;
    serde_json::from_value(value.clone()).ok()
}

/// Properties without a field of their own: what the service says by default, then what was kept.
fn rest(event: &Event, canonical: &str) -> Map<String, Value> {
    let preview: String = canonical.chars().take(PREVIEW_MAX).collect();
    let defaults = json!({
        "bodyPreview": preview,
        "hasAttachments": false,
        "responseRequested": true,
        "isOnlineMeeting": false,
        "onlineMeetingProvider": "unknown",
        "allowNewTimeProposals": true,
        "isDraft": false,
        "hideAttendees": false,
    });
    let mut rest = match defaults {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    let kept = event.unknown.get(DIALECT).and_then(Value::as_object);
    for (name, value) in kept.into_iter().flatten() {
        let apart = [
            places::KEPT,
            "onlineMeeting",
            "singleValueExtendedProperties",
        ];
        if !apart.contains(&name.as_str()) {
            rest.insert(name.clone(), value.clone());
        }
    }
    rest
}
