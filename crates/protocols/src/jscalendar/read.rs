//! From JSON to the event.

use calendar::{
    Duration, Event, FreeBusy, Loss, Mapped, Override, Patch, Privacy, RecurrenceId, Rule, Status,
    Text, When,
};
use jiff::civil::Time;
use serde_json::{Map, Value, json};

use super::{
    DIALECT, Error, NOTHING, alert,
    object::{self, Gathered, Object},
    people, place, pointer, rule,
    write::{FREE_BUSY, single},
    zone::Zones,
};

/// Rules of one event that are read.
const RULES_MAX: usize = 20;
/// Overrides of one event that are read.
const OVERRIDES_MAX: usize = 20_000;
/// Keywords of one event that are read.
const KEYWORDS_MAX: usize = 1_000;

/// Properties of a patch that have no meaning in one occurrence (RFC 8984 4.3.5; `privacy` has one in other formats).
const NOT_IN_OVERRIDES: [&str; 13] = [
    "@type",
    "excludedRecurrenceRules",
    "excluded",
    "method",
    "prodId",
    "recurrenceId",
    "recurrenceIdTimeZone",
    "recurrenceOverrides",
    "recurrenceRules",
    "relatedTo",
    "replyTo",
    "sentBy",
    "uid",
];

/// Reads a JSCalendar Event. `@type` may be missing. Properties that are not known are kept.
///
/// What other dialects keep in [`calendar::Unknown`] is not in JSON: see [`super::replace`].
///
/// # Errors
/// Names the path of the first property that cannot be understood.
pub fn from_json(value: &Value) -> Result<Mapped<Event>, Error> {
    let mut gathered = Gathered::default();
    let mut object = Object::root(value)?;
    if !matches!(object.string("@type")?, None | Some("Event")) {
        return Err(object.bad("@type", "this is no Event"));
    }
    let mut event = read_single(&mut object, &mut gathered)?;
    event.rules = rules(&mut object, "recurrenceRules", &event.when, &mut gathered)?;
    let name = "excludedRecurrenceRules";
    event.excluded_rules = rules(&mut object, name, &event.when, &mut gathered)?;
    let overrides = object.objects("recurrenceOverrides", OVERRIDES_MAX)?;
    object.keep_rest("", &mut gathered);
    event
        .unknown
        .set(DIALECT, std::mem::take(&mut gathered.unknown).into());
    if !overrides.is_empty() {
        read_overrides(&mut event, overrides, &mut gathered)?;
    }
    Ok(Mapped {
        value: event,
        losses: gathered.losses,
    })
}

fn rules(
    object: &mut Object<'_>,
    name: &'static str,
    when: &When,
    gathered: &mut Gathered,
) -> Result<Vec<Rule>, Error> {
    object
        .array(name, RULES_MAX)?
        .iter()
        .enumerate()
        .map(|(index, value)| rule::read(format!("{name}/{index}"), value, when, gathered))
        .collect()
}

fn read_single(object: &mut Object<'_>, gathered: &mut Gathered) -> Result<Event, Error> {
    let uid = object.required("uid", Object::string)?;
    if uid.is_empty() {
        return Err(object.bad("uid", "a UID is not empty"));
    }
    let zones = Zones::of(object)?;
    let (places, end_zone) = place::read(object, &zones, gathered)?;
    let mut when = read_when(object, &zones, gathered)?;
    if let When::Timed {
        zone: Some(start),
        end_zone: end,
        ..
    } = &mut when
    {
        *end = end_zone.filter(|zone| zone != start);
    }
    let mut event = Event::new(uid, when);
    event.places = places;
    event.virtual_places = place::read_virtual(object, gathered)?;
    event.title = object.string("title")?.unwrap_or_default().to_owned();
    event.text = read_text(object, gathered)?;
    event.people = people::read(object, gathered)?;
    event.reminders = alert::read(object, gathered)?;
    event.color = object.string("color")?.map(str::to_owned);
    let keywords = object.set("keywords", KEYWORDS_MAX)?;
    event.categories = keywords.into_iter().map(str::to_owned).collect();
    event.priority = object.number("priority", 0, 9)?.unwrap_or(0);
    event.sequence = object
        .number("sequence", 0, i64::from(u32::MAX))?
        .unwrap_or(0);
    event.created = object.utc("created")?;
    event.updated = object.utc("updated")?;
    states(object, &mut event)?;
    Ok(event)
}

fn read_when(
    object: &mut Object<'_>,
    zones: &Zones,
    gathered: &mut Gathered,
) -> Result<When, Error> {
    let start = object.required("start", Object::local)?;
    let zone = zones.named(object, "timeZone", gathered)?;
    let duration: Option<Duration> =
        object.parsed("duration", "a duration such as PT1H or P1D is needed")?;
    if !object.flag("showWithoutTime")? {
        return Ok(When::Timed {
            start,
            zone,
            duration: duration.unwrap_or_default(),
            end_zone: None,
        });
    }
    if start.time() != Time::midnight() {
        return Err(object.bad(
            "start",
            "an event that is shown without time starts at T00:00:00",
        ));
    }
    if zone.is_some() {
        let reason = "an event of whole days has no zone in the model";
        gathered
            .losses
            .push(Loss::new("timeZone", reason, "left out"));
    }
    let duration = duration.unwrap_or(Duration::days(1));
    if !duration.seconds.is_multiple_of(86_400) {
        return Err(object.bad(
            "duration",
            "an event that is shown without time lasts whole days",
        ));
    }
    Ok(When::all_day(
        start.date(),
        duration.days.saturating_add(duration.seconds / 86_400),
    ))
}

fn read_text(object: &mut Object<'_>, gathered: &mut Gathered) -> Result<Text, Error> {
    let content = object.string("description")?.unwrap_or_default().to_owned();
    let html = match object.string("descriptionContentType")? {
        Some(kind) => {
            let kind = kind.to_ascii_lowercase();
            if !kind.starts_with("text/html") && !kind.starts_with("text/plain") {
                let reason = "the content type is neither text/plain nor text/html";
                gathered
                    .losses
                    .push(Loss::new("description", reason, "read as text/plain"));
            }
            kind.starts_with("text/html")
        }
        None => false,
    };
    Ok(Text { content, html })
}

fn states(object: &mut Object<'_>, event: &mut Event) -> Result<(), Error> {
    let words = [
        ("confirmed", Status::Confirmed),
        ("tentative", Status::Tentative),
        ("cancelled", Status::Cancelled),
    ];
    event.status = object
        .word("status", &words, "one of confirmed, tentative, cancelled")?
        .unwrap_or_default();
    let words = [("busy", FreeBusy::Busy), ("free", FreeBusy::Free)];
    let coarse = object
        .word("freeBusyStatus", &words, "busy or free")?
        .unwrap_or_default();
    let words = [
        ("tentative", FreeBusy::Tentative),
        ("out-of-office", FreeBusy::OutOfOffice),
        ("working-elsewhere", FreeBusy::WorkingElsewhere),
    ];
    let problem = "one of tentative, out-of-office, working-elsewhere";
    let shade = object.word(FREE_BUSY, &words, problem)?;
    // A client that knows only the standard property changes only that one: then it counts.
    event.busy = match (coarse, shade) {
        (FreeBusy::Free, Some(FreeBusy::WorkingElsewhere)) => FreeBusy::WorkingElsewhere,
        (FreeBusy::Busy, Some(shade)) if shade != FreeBusy::WorkingElsewhere => shade,
        (coarse, _) => coarse,
    };
    let words = [
        ("public", Privacy::Public),
        ("private", Privacy::Private),
        ("secret", Privacy::Secret),
    ];
    event.privacy = object
        .word("privacy", &words, "one of public, private, secret")?
        .unwrap_or_default();
    Ok(())
}

fn read_overrides(
    event: &mut Event,
    overrides: Vec<(&str, &Value)>,
    gathered: &mut Gathered,
) -> Result<(), Error> {
    let series = event.clone();
    for (key, value) in overrides {
        let path = pointer::join("recurrenceOverrides", key);
        let bad = |problem| Error::Value {
            property: path.clone(),
            problem,
        };
        let local = object::local(key).ok_or_else(|| bad("the key is a local time"))?;
        let patch = value
            .as_object()
            .ok_or_else(|| bad("an object is needed"))?;
        let id = RecurrenceId(local);
        let change = if patch.get("excluded") == Some(&Value::Bool(true)) {
            Override::Excluded
        } else {
            let patch = read_patch(&series, id, &path, patch, gathered)?;
            Override::Patch(Box::new(patch))
        };
        event.overrides.insert(id, change);
    }
    Ok(())
}

/// Applies a PatchObject to the plain occurrence and looks at what then differs.
fn read_patch(
    series: &Event,
    id: RecurrenceId,
    path: &str,
    patch: &Map<String, Value>,
    gathered: &mut Gathered,
) -> Result<Patch, Error> {
    let within = |error: Error| match error {
        Error::Missing { property } => Error::Missing {
            property: format!("{path}/{property}"),
        },
        Error::Value { property, problem } => Error::Value {
            property: format!("{path}/{property}"),
            problem,
        },
        Error::NoSuchPath { path: inner } => Error::NoSuchPath {
            path: format!("{path}/{inner}"),
        },
    };
    let Some(plain) = series.occurrence(id) else {
        return Ok(Patch::default());
    };
    let mut object = single(&plain);
    for (pointer, value) in patch {
        let first = pointer.split('/').next().unwrap_or_default();
        if !NOT_IN_OVERRIDES.contains(&first) {
            pointer::set(&mut object, pointer, value.clone(), false).map_err(within)?;
        }
    }
    alert::prefer_explicit(&mut object, patch);
    let value = Value::Object(object);
    let mut inner = Gathered::default();
    let mut reader = Object::root(&value)?;
    let mut own = read_single(&mut reader, &mut inner).map_err(within)?;
    reader.keep_rest("", &mut inner);
    gathered.losses.append(&mut inner.losses);
    let kept = plain.unknown.get(DIALECT).cloned().unwrap_or_default();
    let unknown = Value::Object(inner.unknown);
    own.unknown = plain.unknown.clone();
    if unknown != kept && !(kept.is_null() && unknown == json!({})) {
        let nothing = unknown == json!({});
        own.unknown.set(
            DIALECT,
            if nothing {
                json!({ NOTHING: true })
            } else {
                unknown
            },
        );
    }
    Ok(Patch::between(&plain, &own))
}
