//! The description of the API is reviewed, and the web app's types go by it.

use std::{collections::BTreeSet, path::Path};

use kalends_faces::rest;
use serde_json::Value;

use super::world::World;

fn file(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join(path)).unwrap()
}

#[tokio::test]
async fn the_description_is_the_reviewed_one() {
    let kept: Value = serde_json::from_str(&file("docs/openapi.json")).unwrap();
    let now = rest::document();
    assert_eq!(
        format!("{kept:#}"),
        format!("{now:#}"),
        "the API has changed: run «cargo xtask openapi», and look at what changed in docs/openapi.json"
    );
    let world = World::sqlite().await;
    let served = world
        .ask("GET", "/api/openapi.json")
        .cookie("")
        .send()
        .await;
    assert_eq!(served.ok(), now);
}

#[test]
fn every_reference_leads_somewhere() {
    let document = rest::document();
    let text = document.to_string();
    let references = text.split("\"#/components/schemas/").skip(1);
    let names: BTreeSet<&str> = references.map(|r| r.split('"').next().unwrap()).collect();
    assert!(names.len() > 20);
    for name in names {
        let schema = &document["components"]["schemas"][name];
        assert!(schema.is_object(), "{name}");
    }
}

#[test]
fn what_is_conditional_or_repeatable_says_so() {
    let document = rest::document();
    let header = |path: &str, method: &str, name: &str| {
        let operation = &document["paths"][path][method];
        let all = operation["parameters"].as_array().cloned();
        let all = all.unwrap_or_default();
        all.iter().any(|p| p["name"] == name && p["in"] == "header")
    };
    let one = "/api/v1/events/{id}";
    let occurrence = "/api/v1/events/{id}/occurrences/{recurrence_id}";
    for (path, method) in [
        (one, "put"),
        (one, "patch"),
        (one, "delete"),
        (occurrence, "patch"),
        (occurrence, "delete"),
    ] {
        assert!(header(path, method, "If-Match"), "{method} {path}");
    }
    for kind in ["events", "links", "calendars", "connections"] {
        let path = format!("/api/v1/{kind}");
        assert!(header(&path, "post", "Idempotency-Key"), "{path}");
    }
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let problem = &operation["responses"]["default"]["content"];
            let problem = problem.get("application/problem+json");
            assert!(problem.is_some(), "{method} {path}");
        }
    }
}

/// The names of a TypeScript interface's own properties.
fn properties(body: &str) -> Vec<&str> {
    let own = body.lines().filter_map(|line| line.strip_prefix("  "));
    let named = own.filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()));
    named
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name.trim_end_matches('?'))
        .collect()
}

#[test]
fn the_web_apps_types_name_what_there_is() {
    let document = rest::document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let files = ["types.ts", "programs.ts"];
    let types = files.map(|name| file(&format!("crates/web/ui/src/api/{name}")));
    let types = types.concat();
    let mut compared = 0;
    for text in types.split("export interface ").skip(1) {
        let (head, body) = text.split_once("{\n").unwrap();
        let name = head.split_whitespace().next().unwrap();
        let body = body.split("\n}").next().unwrap();
        let Some(schema) = schemas.get(name) else {
            continue;
        };
        compared += 1;
        for property in properties(body) {
            // What is one thing and something more is told in parts.
            let parts = schema["allOf"].as_array().into_iter().flatten();
            let known = [schema].into_iter().chain(parts);
            let known = known.filter_map(|part| part["properties"].get(property));
            assert!(
                known.count() > 0,
                "types.ts: {name}.{property} is not in the API"
            );
        }
    }
    assert!(
        compared >= 15,
        "only {compared} types of types.ts are in the API"
    );
}
