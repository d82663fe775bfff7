//! What the owner of a calendar says of it besides its name: labels for its events, and the hours of work.

use hub::CalendarView;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Fault, entry::Kept};

/// Most labels of a calendar.
const LABELS_MAX: usize = 200;
/// Longest name of a label, in characters.
const NAME_MAX: usize = 50;
/// Minutes of a day.
const DAY: i64 = 24 * 60;
const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// What is shown of it.
pub(super) fn show(calendar: &CalendarView, rest: &mut Map<String, Value>) {
    let kept = Kept::of(calendar);
    for name in ["labelProperties", "workingHours"] {
        if let Some(value) = kept.get(name) {
            rest.insert(name.to_owned(), value.clone());
        }
    }
}

/// Takes over what a client says of it; what it does not say stays. `new_id` makes the ids of new labels.
pub(super) fn set(
    kept: &mut Kept,
    fields: &Map<String, Value>,
    is_primary: bool,
    new_id: impl Fn() -> Uuid,
) -> Result<(), Fault> {
    if let Some(Value::Object(said)) = fields.get("labelProperties") {
        let labels = said.get("eventLabels").cloned().unwrap_or(json!([]));
        let labels = labels.as_array().ok_or_else(|| wrong("eventLabels"))?;
        if labels.len() > LABELS_MAX {
            let message = format!("A calendar has at most {LABELS_MAX} event labels.");
            return Err(Fault::invalid(message));
        }
        let labels = labels.iter().map(|one| label(one, &new_id));
        let labels: Vec<Value> = labels.collect::<Result<_, _>>()?;
        let mut ids: Vec<_> = labels.iter().map(|label| label["id"].as_str()).collect();
        ids.sort_unstable();
        if ids.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(Fault::invalid("Two event labels have one id."));
        }
        let labels = (!labels.is_empty()).then(|| json!({"eventLabels": labels}));
        kept.set("labelProperties", labels);
    }
    match fields.get("workingHours") {
        Some(Value::Object(said)) if !said.is_empty() && is_primary => {
            kept.set("workingHours", Some(hours(said)?));
        }
        None | Some(Value::Null | Value::Object(_)) => {}
        Some(_) => return Err(wrong("workingHours")),
    }
    Ok(())
}

fn wrong(name: &str) -> Fault {
    Fault::invalid(format!("Invalid value for: {name}"))
}

fn label(said: &Value, new_id: impl Fn() -> Uuid) -> Result<Value, Fault> {
    let color = said["backgroundColor"].as_str();
    let color = color.ok_or_else(|| Fault::required("Missing label background color."))?;
    let digits = color.strip_prefix('#').unwrap_or_default();
    if digits.len() != 6 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(wrong("backgroundColor"));
    }
    let id = match said["id"].as_str().filter(|id| !id.is_empty()) {
        Some(id) => id.parse::<Uuid>().map_err(|_| wrong("eventLabels.id"))?,
        None => new_id(),
    };
    let mut label = json!({"id": id.to_string(), "backgroundColor": color});
    if let Some(name) = said["name"].as_str().filter(|name| !name.is_empty()) {
        if name.chars().count() > NAME_MAX {
            return Err(wrong("eventLabels.name"));
        }
        label["name"] = json!(name);
    }
    Ok(label)
}

fn hours(said: &Map<String, Value>) -> Result<Value, Fault> {
    let enabled = said.get("workingHoursEnabled") == Some(&Value::Bool(true));
    let times = said.get("availableTimes").cloned().unwrap_or(json!([]));
    let times = times.as_array().ok_or_else(|| wrong("availableTimes"))?;
    if enabled && times.is_empty() {
        return Err(wrong("workingHoursEnabled"));
    }
    let time = |said: &Value| {
        let minute = |name: &str| said[name].as_i64().filter(|m| (0..=DAY).contains(m));
        let (start, end) = (minute("periodStart"), minute("periodEnd"));
        let day = said["dayOfWeek"].as_str().filter(|day| DAYS.contains(day));
        match (day, start, end) {
            (Some(day), Some(start), Some(end)) if start < end => {
                Ok(json!({"dayOfWeek": day, "periodStart": start, "periodEnd": end}))
            }
            _ => Err(wrong("availableTimes")),
        }
    };
    let times: Vec<Value> = times.iter().map(time).collect::<Result<_, _>>()?;
    let mut hours = json!({"workingHoursEnabled": enabled});
    if !times.is_empty() {
        hours["availableTimes"] = times.into();
    }
    Ok(hours)
}
