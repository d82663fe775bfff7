//! `attendeesOmitted`: a client that was told a part of the guests, or says only what it answers itself, replaces nobody.

use serde_json::{Map, Value};

/// Puts the guests that a client named into those that there are, if it says that it leaves some out.
pub(super) fn join(there: &Value, fields: &mut Map<String, Value>) {
    if fields.shift_remove("attendeesOmitted") != Some(Value::Bool(true)) {
        return;
    }
    let Some(Value::Array(named)) = fields.shift_remove("attendees") else {
        return;
    };
    let mut all = there["attendees"].as_array().cloned().unwrap_or_default();
    for guest in named {
        let address = |guest: &Value| guest["email"].as_str().map(str::to_lowercase);
        let own = address(&guest);
        match all.iter_mut().find(|other| address(other) == own) {
            Some(other) => *other = guest,
            None => all.push(guest),
        }
    }
    fields.insert("attendees".to_owned(), Value::Array(all));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn joined(said: Value) -> Value {
        let there = json!({"attendees": [{"email": "a@x"}, {"email": "b@x"}]});
        let mut fields = match said {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        join(&there, &mut fields);
        Value::Object(fields)
    }

    #[test]
    fn whoever_is_left_out_stays() {
        let answer = json!({"email": "A@x", "responseStatus": "declined"});
        let said = json!({"attendeesOmitted": true, "attendees": [answer]});
        assert_eq!(
            joined(said),
            json!({"attendees": [answer, {"email": "b@x"}]})
        );
        let whole = json!({"attendees": [{"email": "c@x"}]});
        assert_eq!(joined(whole.clone()), whole);
        assert_eq!(joined(json!({"attendeesOmitted": true})), json!({}));
    }
}
