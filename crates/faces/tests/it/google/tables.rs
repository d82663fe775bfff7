//! The page of all methods, parameters and fields, beside the discovery document.

use std::collections::BTreeSet;

use serde_json::Value;

use super::schema::document;
use crate::tables::Page;

const PAGE: &str = "google-fields.md";

#[test]
fn the_page_names_tests_that_there_are() {
    Page::read(PAGE).names_tests();
}

#[test]
fn the_page_lists_what_is_published() {
    let Some(document) = document() else { return };
    let mut published = BTreeSet::new();
    for name in document["parameters"].as_object().unwrap().keys() {
        published.insert(("*".to_owned(), name.clone()));
    }
    let resources = document["resources"].as_object().unwrap().values();
    for method in resources.flat_map(|r| r["methods"].as_object().unwrap().values()) {
        let id = method["id"]
            .as_str()
            .unwrap()
            .trim_start_matches("calendar.");
        published.insert((id.to_owned(), String::new()));
        for (name, parameter) in method["parameters"].as_object().into_iter().flatten() {
            // What is in the path is the method itself.
            if parameter["location"] == "query" {
                published.insert((id.to_owned(), name.clone()));
            }
        }
    }
    for (name, schema) in document["schemas"].as_object().unwrap() {
        fields(schema, name, "", &mut published);
    }
    Page::read(PAGE).lists(&published);
}

/// The fields of a schema, those of the objects that it has no name for among them.
fn fields(schema: &Value, of: &str, at: &str, published: &mut BTreeSet<(String, String)>) {
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{at}{name}");
        published.insert((of.to_owned(), path.clone()));
        let inner = if field["type"] == "array" {
            &field["items"]
        } else {
            field
        };
        fields(inner, of, &format!("{path}."), published);
    }
}
