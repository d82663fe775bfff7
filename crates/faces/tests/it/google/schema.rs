//! Answers against the schemas of the discovery document, which the official client brings along.

use std::{env, fs, process::Command, sync::OnceLock};

use serde_json::Value;

/// The Python of the official clients (`cargo xtask clients`).
pub fn python() -> Option<String> {
    env::var("KALENDS_CLIENTS_PYTHON")
        .ok()
        .filter(|path| !path.is_empty())
}

fn document() -> Option<&'static Value> {
    static DOCUMENT: OnceLock<Option<Value>> = OnceLock::new();
    let load = || {
        let Some(python) = python() else {
            #[expect(clippy::print_stderr, reason = "says what was not tested")]
            {
                eprintln!(
                    "SKIPPED: schemas: KALENDS_CLIENTS_PYTHON is not set (cargo xtask clients)"
                );
            }
            return None;
        };
        let find = "import googleapiclient.discovery_cache as d; print(d.__path__[0])";
        let output = Command::new(python).args(["-c", find]).output().unwrap();
        let folder = String::from_utf8(output.stdout).unwrap();
        let file = format!("{}/documents/calendar.v3.json", folder.trim());
        Some(serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap())
    };
    DOCUMENT.get_or_init(load).as_ref()
}

/// Fails if `answer` is not what the document says that this method answers.
pub fn check(method: &str, path: &str, answer: &Value) {
    let Some(document) = document() else { return };
    let path = path.split('?').next().unwrap();
    let Some(schema) = response_of(document, method, path) else {
        panic!("{method} {path} is no method of the discovery document");
    };
    let mut faults = Vec::new();
    compare(
        document,
        &document["schemas"][schema],
        answer,
        schema,
        &mut faults,
    );
    assert!(faults.is_empty(), "{method} {path}: {faults:#?}");
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
