//! Answers against the schemas of the discovery document, which the official client brings along.

use std::{fs, process::Command, sync::OnceLock};

use serde_json::Value;

use crate::{checked::Exchange, official};

/// The discovery document, if it is installed.
pub fn document() -> Option<&'static Value> {
    static DOCUMENT: OnceLock<Option<Value>> = OnceLock::new();
    let load = || {
        let python = official::python("the discovery document of Google Calendar")?;
        let find = "import googleapiclient.discovery_cache as d; print(d.__path__[0])";
        let output = Command::new(python).args(["-c", find]).output().unwrap();
        let folder = String::from_utf8(output.stdout).unwrap();
        let file = format!("{}/documents/calendar.v3.json", folder.trim());
        Some(serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap())
    };
    DOCUMENT.get_or_init(load).as_ref()
}

/// What the document says that this method does not answer. Parts of a batch are requests of their own, and refusals
/// have no schema.
pub fn check(exchange: &Exchange) -> Vec<String> {
    let path = exchange.uri.path().strip_prefix("/calendar/v3/");
    let (Some(document), Some(path)) = (document(), path) else {
        return Vec::new();
    };
    if exchange.status >= 300 || exchange.answer.is_empty() {
        return Vec::new();
    }
    let meant = exchange.asked("x-http-method-override");
    let method = Some(meant).filter(|meant| !meant.is_empty());
    let method = method.unwrap_or(exchange.method.as_str());
    let Some(schema) = response_of(document, method, path) else {
        return vec!["no method of the discovery document".to_owned()];
    };
    let answer = match serde_json::from_slice(&exchange.answer) {
        Ok(answer) => answer,
        Err(error) => return vec![error.to_string()],
    };
    let mut faults = Vec::new();
    let declared = &document["schemas"][schema];
    compare(document, declared, &answer, schema, &mut faults);
    faults
}

/// The schema that a method answers with.
fn response_of<'a>(document: &'a Value, method: &str, path: &str) -> Option<&'a str> {
    let resources = document["resources"].as_object()?.values();
    let methods = resources.flat_map(|r| r["methods"].as_object().unwrap().values());
    let fits = |template: &str| {
        let (a, b) = (template.split('/'), path.split('/'));
        template.split('/').count() == path.split('/').count()
            && a.zip(b).all(|(a, b)| a.starts_with('{') || a == b)
    };
    // `events/import` fits `events/{eventId}` too: the longer literal wins.
    let mut found: Vec<_> = methods
        .filter(|m| m["httpMethod"] == method && fits(m["path"].as_str().unwrap()))
        .collect();
    found.sort_by_key(|m| m["path"].as_str().unwrap().matches('{').count());
    found.first()?["response"]["$ref"].as_str()
}

fn compare(document: &Value, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
    let schema = match schema["$ref"].as_str() {
        Some(name) => &document["schemas"][name],
        None => schema,
    };
    let right = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value
            .as_str()
            .is_some_and(|text| is_format(text, &schema["format"])),
        Some("integer") => value.is_i64(),
        Some("boolean") => value.is_boolean(),
        _ => true,
    };
    if !right {
        faults.push(format!("{at} is {value}, not {}", schema["type"]));
    }
    for (name, inner) in value.as_object().into_iter().flatten() {
        let at = format!("{at}.{name}");
        match (
            schema["properties"].get(name),
            schema.get("additionalProperties"),
        ) {
            (Some(schema), _) | (None, Some(schema)) => {
                compare(document, schema, inner, &at, faults);
            }
            (None, None) => faults.push(format!("{at} is not in the schema")),
        }
    }
    for (index, inner) in value.as_array().into_iter().flatten().enumerate() {
        compare(
            document,
            &schema["items"],
            inner,
            &format!("{at}[{index}]"),
            faults,
        );
    }
}

fn is_format(text: &str, format: &Value) -> bool {
    match format.as_str() {
        Some("date-time") => text.parse::<jiff::Timestamp>().is_ok(),
        Some("date") => text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok(),
        Some("int64") => text.parse::<i64>().is_ok(),
        _ => true,
    }
}
