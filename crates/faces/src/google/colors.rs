//! `colors.get`: the palettes of calendars and of events, which never change.

use axum::Json;
use protocols::google::EVENT_COLORS;
use serde_json::{Map, Value, json};

/// What is written on each of them.
const FOREGROUND: &str = "#1d1d1d";

/// Of calendars, from 1.
const CALENDAR_COLORS: [&str; 24] = [
    "#ac725e", "#d06b64", "#f83a22", "#fa573c", "#ff7537", "#ffad46", "#42d692", "#16a765",
    "#7bd148", "#b3dc6c", "#fbe983", "#fad165", "#92e1c0", "#9fe1e7", "#9fc6e7", "#4986e7",
    "#9a9cff", "#b99aff", "#c2c2c2", "#cabdbf", "#cca6ac", "#f691b2", "#cd74e6", "#a47ae2",
];

/// The colour of a calendar with this id.
pub(super) fn of_calendar(id: &str) -> Option<String> {
    let number: usize = id.parse().ok()?;
    let color = CALENDAR_COLORS.get(number.checked_sub(1)?)?;
    Some((*color).to_owned())
}

/// The id of a calendar's colour, if it is in the palette.
pub(super) fn calendar_id(color: &str) -> Option<String> {
    let mut all = CALENDAR_COLORS.iter();
    let place = all.position(|known| known.eq_ignore_ascii_case(color))?;
    Some((place + 1).to_string())
}

pub(super) async fn get() -> Json<Value> {
    let color = |background: String| json!({"background": background, "foreground": FOREGROUND});
    let event = EVENT_COLORS.into_iter().map(|(id, [r, g, b])| {
        let background = format!("#{r:02x}{g:02x}{b:02x}");
        (id.to_owned(), color(background))
    });
    let calendar = CALENDAR_COLORS.iter().zip(1..).map(|(background, id)| {
        let id: i32 = id;
        (id.to_string(), color((*background).to_owned()))
    });
    Json(json!({
        "kind": "calendar#colors",
        "updated": "2012-02-14T00:00:00.000Z",
        "calendar": calendar.collect::<Map<_, _>>(),
        "event": event.collect::<Map<_, _>>(),
    }))
}
