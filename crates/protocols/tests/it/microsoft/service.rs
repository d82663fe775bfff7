//! What Graph makes of what is written to it, as far as the mapping sees it: a stand-in without HTTP or storage.

use calendar::Zone;
use jiff::{Timestamp, civil::DateTime};
use kalends_protocols::{
    microsoft::{
        Change, Fields, Instance, Original, Write,
        html::escape,
        wire::{self, BodyType, DateTimeTimeZone, Event, EventType, RangeType},
    },
    zones::zone_named,
};
use serde_json::{Value, json};

/// What a reader gets.
pub struct Answer {
    pub master: Event,
    pub exceptions: Vec<Event>,
    pub cancelled: Vec<Original>,
}

/// The answers after a POST and the changes of instances that follow it.
pub fn answer(write: &Write) -> Answer {
    let written = normal(&write.master);
    let mut answer = Answer {
        master: in_utc(&written),
        exceptions: Vec::new(),
        cancelled: Vec::new(),
    };
    if written.recurrence.is_some() {
        answer.master.kind = Some(EventType::SeriesMaster);
    }
    for instance in &write.instances {
        match &instance.change {
            Change::Cancel => answer.cancelled.push(Original::Start(instance.start)),
            Change::Patch(fields) => {
                let changed = exception(&write.master, instance, fields);
                answer.exceptions.push(changed);
            }
        }
    }
    answer
}

fn exception(master: &Fields, instance: &Instance, fields: &Fields) -> Event {
    let mut all = master.clone();
    all.remove("recurrence");
    let mut properties = Vec::new();
    for body in [master, fields] {
        if let Some(Value::Array(list)) = body.get("singleValueExtendedProperties") {
            properties.retain(|p: &Value| !list.iter().any(|new| new["id"] == p["id"]));
            properties.extend(list.iter().cloned());
        }
    }
    if fields.contains_key("location") {
        all.remove("locations");
    }
    all.extend(fields.clone());
    all.insert("singleValueExtendedProperties".into(), properties.into());
    if !fields.contains_key("start") {
        move_to(&mut all, instance);
    }
    let mut event = in_utc(&normal(&all));
    event.kind = Some(EventType::Exception);
    event.original_start = Some(instance.start);
    event
}

/// The times of the master, moved to an instance.
fn move_to(all: &mut Fields, instance: &Instance) {
    let start: DateTimeTimeZone = serde_json::from_value(all["start"].clone()).unwrap();
    let end: DateTimeTimeZone = serde_json::from_value(all["end"].clone()).unwrap();
    let (from, to) = (instant(&start), instant(&end));
    let at = instance.start;
    let end_at = at + (to - from);
    let put = |time: &DateTimeTimeZone, at: Timestamp| {
        let name = time.time_zone.as_deref().unwrap();
        let zone = zone_named(name).unwrap();
        let local = zone.to_local(at);
        if zone.to_instant(local) == at {
            DateTimeTimeZone::new(local, name)
        } else {
            // The clocks show it twice.
            DateTimeTimeZone::new(Zone::utc().to_local(at), "UTC")
        }
    };
    all.insert(
        "start".into(),
        serde_json::to_value(put(&start, at)).unwrap(),
    );
    all.insert(
        "end".into(),
        serde_json::to_value(put(&end, end_at)).unwrap(),
    );
}

fn instant(time: &DateTimeTimeZone) -> Timestamp {
    let zone = zone_named(time.time_zone.as_deref().unwrap()).unwrap();
    zone.to_instant(time.date_time.parse().unwrap())
}

/// Fills what the service fills.
fn normal(fields: &Fields) -> Event {
    let mut event: Event = serde_json::from_value(Value::Object(fields.clone())).unwrap();
    event.id = Some("AAMkAGI1AAA=".into());
    event.ical_uid = Some("040000008200E000".into());
    event.etag = Some("W/\"EZ9r3czxY0m2jz8c45czkwAAFXcvIQ==\"".into());
    event.kind = Some(EventType::SingleInstance);
    event.is_cancelled = Some(false);
    event.attendees = Some(Vec::new());
    event.rest.insert(
        "webLink".into(),
        json!("https://outlook.office365.com/owa/?itemid=x"),
    );
    if event.is_reminder_on.is_none() {
        event.is_reminder_on = Some(true);
        event.reminder_minutes_before_start = Some(15);
    }
    wrap(&mut event);
    places(&mut event);
    if let Some(recurrence) = &mut event.recurrence {
        let range = &mut recurrence.range;
        range.number_of_occurrences.get_or_insert(0);
        if range.kind != RangeType::EndDate {
            range.end_date = Some("0001-01-01".parse().unwrap());
        }
    }
    event
}

/// Texts come back as HTML.
fn wrap(event: &mut Event) {
    let body = event.body.get_or_insert_default();
    if body.content_type == Some(BodyType::Text) {
        let text = escape(body.content.as_deref().unwrap_or_default());
        body.content = Some(format!(
            "<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\">\
             <!-- converted from text --></head>\r\n<body>\r\n<div class=\"PlainText\">{text}</div>\r\n</body></html>\r\n"
        ));
        body.content_type = Some(BodyType::Html);
    }
}

fn places(event: &mut Event) {
    let all = match (&event.locations, &event.location) {
        (Some(all), _) => all.clone(),
        (None, Some(one)) if one.display_name.as_deref() != Some("") => vec![one.clone()],
        _ => Vec::new(),
    };
    let filled = all.into_iter().map(|mut location| {
        let name = location.display_name.clone();
        location
            .rest
            .insert("locationType".into(), json!("default"));
        location.rest.insert("uniqueId".into(), json!(name));
        location
            .rest
            .insert("uniqueIdType".into(), json!("private"));
        location
    });
    let filled: Vec<wire::Location> = filled.collect();
    event.location = Some(filled.first().cloned().unwrap_or_default());
    event.locations = Some(filled);
}

fn in_utc(event: &Event) -> Event {
    let mut event = event.clone();
    let (start, end) = (event.start.clone().unwrap(), event.end.clone().unwrap());
    event.original_start_time_zone.clone_from(&start.time_zone);
    event.original_end_time_zone.clone_from(&end.time_zone);
    if event.is_all_day != Some(true) {
        let utc = |time: &DateTimeTimeZone| {
            let local: DateTime = Zone::utc().to_local(instant(time));
            let mut time = DateTimeTimeZone::new(local, "UTC");
            time.date_time += ".0000000";
            time
        };
        (event.start, event.end) = (Some(utc(&start)), Some(utc(&end)));
    }
    event
}
