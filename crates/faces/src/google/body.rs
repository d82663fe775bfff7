//! The body of a request to make or change an event, as Google reads it: fields that it does not know, and those that only
//! the service says, have no effect; what is the default is as good as not said; values of another kind are refused.

use serde_json::{Map, Value};

use super::{
    Fault,
    writable::{DEFAULTS, EVENT, Kind},
};

/// Longest name of an extended property.
const KEY_MAX: usize = 44;
/// Longest value of an extended property.
const VALUE_MAX: usize = 1_024;
/// Longest time between a reminder and what it reminds of, in minutes: four weeks.
const MINUTES_MAX: i64 = 40_320;
/// Most attachments of an event.
const ATTACHMENTS_MAX: usize = 25;

/// What a request does with what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// All there is. A null says nothing.
    Everything,
    /// What is to be changed. A null clears.
    Changes,
}

/// The fields of an event that a request says.
pub(super) fn read(fields: &Map<String, Value>, says: Says) -> Result<Map<String, Value>, Fault> {
    let mut read = object(fields, &EVENT, says, "")?;
    if let Some(attachments) = read.get_mut("attachments").and_then(Value::as_array_mut) {
        attached(attachments)?;
    }
    // An empty id of a colour or a label takes it away.
    for name in ["colorId", "eventLabelId"] {
        if read.get(name).and_then(Value::as_str) == Some("") {
            clear(&mut read, name, says);
        }
    }
    if read.get("iCalUID").and_then(Value::as_str) == Some("") {
        read.shift_remove("iCalUID");
    }
    Ok(read)
}

fn clear(fields: &mut Map<String, Value>, name: &str, says: Says) {
    match says {
        Says::Changes => drop(fields.insert(name.to_owned(), Value::Null)),
        Says::Everything => drop(fields.shift_remove(name)),
    }
}

fn object(
    fields: &Map<String, Value>,
    known: &[(&str, Kind)],
    says: Says,
    at: &str,
) -> Result<Map<String, Value>, Fault> {
    let mut read = Map::new();
    for (name, value) in fields {
        let Some((_, kind)) = known.iter().find(|(known, _)| known == name) else {
            continue;
        };
        let inner = format!("{at}{name}");
        let mut value = self::value(value, *kind, says, &inner)?;
        let is_default = |default: &&(&str, bool)| default.0 == name && value == default.1;
        if DEFAULTS.iter().any(|default| is_default(&default)) {
            value = Value::Null;
        }
        if says == Says::Changes || !value.is_null() {
            read.insert(name.clone(), value);
        }
    }
    Ok(read)
}

fn value(value: &Value, kind: Kind, says: Says, at: &str) -> Result<Value, Fault> {
    let wrong = || Fault::invalid(format!("Invalid value for: {at}"));
    Ok(match (kind, value) {
        (_, Value::Null) => Value::Null,
        (Kind::Text, Value::String(_)) | (Kind::Flag, Value::Bool(_)) | (Kind::Anything, _) => {
            value.clone()
        }
        (Kind::Flag, Value::String(text)) => match text.as_str() {
            "true" => true.into(),
            "false" => false.into(),
            _ => return Err(wrong()),
        },
        (Kind::Count, Value::Number(_) | Value::String(_)) => {
            whole(value).ok_or_else(wrong)?.into()
        }
        (Kind::Time, Value::Object(fields)) => {
            let known = ["date", "dateTime", "timeZone"].map(|name| (name, Kind::Text));
            object(fields, &known, says, &format!("{at}."))?.into()
        }
        (Kind::Object(known), Value::Object(fields)) => {
            object(fields, known, says, &format!("{at}."))?.into()
        }
        // Lists are said as a whole.
        (Kind::List(kind), Value::Array(items)) => {
            let item = |item| self::value(item, *kind, Says::Everything, at);
            items.iter().map(item).collect::<Result<_, _>>()?
        }
        (Kind::Properties, Value::Object(fields)) => properties(fields, says, at)?.into(),
        (Kind::Reminders, Value::Object(fields)) => reminders(fields)?.into(),
        _ => return Err(wrong()),
    })
}

/// A whole number of 32 bits.
fn whole(value: &Value) -> Option<i32> {
    match value {
        Value::String(text) => text.parse().ok(),
        number => i32::try_from(number.as_i64()?).ok(),
    }
}

/// Properties with names that are too long are dropped, and values that are too long are cut, both without a word.
fn properties(
    fields: &Map<String, Value>,
    says: Says,
    at: &str,
) -> Result<Map<String, Value>, Fault> {
    let mut read = Map::new();
    for (name, value) in fields {
        if name.chars().count() > KEY_MAX {
            continue;
        }
        let value = match value {
            Value::Null if says == Says::Changes => Value::Null,
            Value::Null => continue,
            Value::String(text) => text.chars().take(VALUE_MAX).collect::<String>().into(),
            _ => return Err(Fault::invalid(format!("Invalid value for: {at}.{name}"))),
        };
        read.insert(name.clone(), value);
    }
    Ok(read)
}

/// What Google makes of reminders: of another method than it has there are none, and of two alike there is one.
fn reminders(fields: &Map<String, Value>) -> Result<Map<String, Value>, Fault> {
    let known = [
        ("overrides", Kind::List(&Kind::Anything)),
        ("useDefault", Kind::Flag),
    ];
    let mut read = object(fields, &known, Says::Everything, "reminders.")?;
    if let Some(own) = read.get("overrides") {
        let own = reminders_of(own, "reminders.overrides")?;
        read.insert("overrides".to_owned(), own.into());
    }
    Ok(read)
}

/// A list of reminders, as far as Google has such. `at`: where it stands.
pub(super) fn reminders_of(said: &Value, at: &str) -> Result<Vec<Value>, Fault> {
    let wrong = || Fault::invalid(format!("Invalid value for: {at}"));
    let known = [("method", Kind::Text), ("minutes", Kind::Count)];
    let mut seen: Vec<Value> = Vec::new();
    for one in said.as_array().ok_or_else(wrong)? {
        let fields = one.as_object().ok_or_else(wrong)?;
        let mut one = object(fields, &known, Says::Everything, &format!("{at}."))?;
        for name in ["method", "minutes"] {
            if !one.contains_key(name) {
                return Err(Fault::required(&format!("Missing reminder {name}.")));
            }
        }
        let minutes = one["minutes"].as_i64().unwrap_or_default();
        one.insert("minutes".to_owned(), minutes.clamp(0, MINUTES_MAX).into());
        let is_known = matches!(one["method"].as_str(), Some("popup" | "email"));
        let one = Value::Object(one);
        if is_known && !seen.contains(&one) {
            seen.push(one);
        }
    }
    Ok(seen)
}

/// Looks at attachments, and says which file of Drive each of them is.
fn attached(attachments: &mut [Value]) -> Result<(), Fault> {
    if attachments.len() > ATTACHMENTS_MAX {
        let message = format!("An event has at most {ATTACHMENTS_MAX} attachments.");
        return Err(Fault::invalid(message));
    }
    for attachment in attachments {
        let url = attachment["fileUrl"].as_str().unwrap_or_default();
        if url.is_empty() {
            return Err(Fault::required("Missing attachment file URL."));
        }
        if let Some(file) = file_of_drive(url) {
            attachment["fileId"] = file.into();
        }
    }
    Ok(())
}

/// The id in an address such as `https://drive.google.com/file/d/ID/view` or `https://drive.google.com/open?id=ID`.
fn file_of_drive(url: &str) -> Option<String> {
    let path = ["https://drive.google.com/", "https://docs.google.com/"]
        .iter()
        .find_map(|host| url.strip_prefix(host))?;
    let after = path
        .split_once("/d/")
        .or_else(|| path.split_once("?id="))?
        .1;
    let id = after.split(['/', '?', '&', '#']).next()?;
    (!id.is_empty()).then(|| id.to_owned())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(value: &Value, says: Says) -> Value {
        read(value.as_object().unwrap(), says).unwrap().into()
    }

    #[test]
    fn what_has_no_effect_is_left_out() {
        let event = json!({
            "summary": "S", "nonsense": 1, "htmlLink": "x", "locked": true, "location": null,
            "guestsCanModify": false, "guestsCanSeeOtherGuests": "false", "start": {"date": "2027-01-01", "when": 1},
            "attendees": [{"email": "a@b.example", "self": true, "optional": false, "additionalGuests": "2"}],
            "colorId": "", "iCalUID": "",
        });
        let wanted = json!({
            "summary": "S", "guestsCanSeeOtherGuests": false, "start": {"date": "2027-01-01"},
            "attendees": [{"email": "a@b.example", "additionalGuests": 2}],
        });
        assert_eq!(said(&event, Says::Everything), wanted);
        let change = json!({"location": null, "guestsCanModify": false, "colorId": "", "start": {"date": null}});
        let cleared = json!({"location": null, "guestsCanModify": null, "colorId": null, "start": {"date": null}});
        assert_eq!(said(&change, Says::Changes), cleared);
    }

    #[test]
    fn values_of_another_kind_are_refused() {
        for (name, wrong) in [
            ("summary", json!(5)),
            ("guestsCanModify", json!("yes")),
            ("recurrence", json!("RRULE:FREQ=DAILY")),
            ("start", json!("2027-01-01")),
            ("sequence", json!(1.5)),
            ("extendedProperties", json!({"private": {"a": 1}})),
            ("reminders", json!({"overrides": [{"minutes": 5}]})),
            ("attachments", json!([{"title": "x"}])),
        ] {
            let body = json!({name: wrong});
            assert!(
                read(body.as_object().unwrap(), Says::Changes).is_err(),
                "{name}"
            );
        }
    }

    #[test]
    fn properties_and_files_are_as_google_keeps_them() {
        let long = json!({"extendedProperties": {"private": {"k".repeat(45): "v", "k": "v".repeat(1_025), "n": null}}});
        let kept = said(&long, Says::Everything);
        let private = kept["extendedProperties"]["private"].as_object().unwrap();
        assert_eq!(private.len(), 1);
        assert_eq!(private["k"].as_str().unwrap().len(), VALUE_MAX);
        for (url, id) in [
            (
                "https://drive.google.com/file/d/AB-1/view?usp=x",
                Some("AB-1"),
            ),
            ("https://drive.google.com/open?id=AB_1&x=y", Some("AB_1")),
            ("https://docs.google.com/document/d/AB/edit", Some("AB")),
            ("https://example.com/d/AB", None),
        ] {
            assert_eq!(file_of_drive(url).as_deref(), id, "{url}");
        }
    }
}
