//! The page of all requests, options and properties, beside what Microsoft's SDK is made of.

use std::{collections::BTreeSet, fs, path::Path};

use super::published::Published;
use crate::tables::Page;

const PAGE: &str = "microsoft-fields.md";

/// Where the SDK has the requests of a mailbox's calendars, and orders.
const REQUESTS: [&str; 7] = [
    "users/item/calendar",
    "users/item/calendars",
    "users/item/calendar_groups",
    "users/item/calendar_view",
    "users/item/events",
    "users/item/mailbox_settings",
    "subscriptions",
];

/// The types, by their modules.
const TYPES: [&str; 34] = [
    "attendee",
    "automatic_replies_setting",
    "calendar",
    "calendar_group",
    "calendar_permission",
    "date_time_time_zone",
    "email_address",
    "event",
    "file_attachment",
    "free_busy_error",
    "item_attachment",
    "item_body",
    "locale_info",
    "location",
    "mailbox_settings",
    "multi_value_legacy_extended_property",
    "online_meeting_info",
    "open_type_extension",
    "outlook_geo_coordinates",
    "patterned_recurrence",
    "phone",
    "physical_address",
    "recipient",
    "recurrence_pattern",
    "recurrence_range",
    "reference_attachment",
    "response_status",
    "schedule_information",
    "schedule_item",
    "single_value_legacy_extended_property",
    "subscription",
    "time_slot",
    "time_zone_base",
    "working_hours",
];

#[test]
fn the_page_names_tests_that_there_are() {
    Page::read(PAGE).names_tests();
}

#[test]
fn the_page_lists_what_is_published() {
    let Some(types) = Published::get() else {
        return;
    };
    let mut published = BTreeSet::new();
    for folder in REQUESTS {
        requests(&types.generated().join(folder), &mut published);
    }
    for module in TYPES {
        for name in types.model(module).properties.keys() {
            if !name.starts_with('@') {
                published.insert((camel(module), name.clone()));
            }
        }
    }
    Page::read(PAGE).lists(&published);
}

/// Reads the request builders below a folder.
fn requests(folder: &Path, published: &mut BTreeSet<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            requests(&path, published);
        } else if path.to_string_lossy().ends_with("_request_builder.py") {
            request(&fs::read_to_string(path).unwrap(), published);
        }
    }
}

/// Reads one: `super().__init__(request_adapter, "{+baseurl}/users/{user%2Did}/events{?%24count,%24top}", …)`.
fn request(text: &str, published: &mut BTreeSet<(String, String)>) {
    let Some((_, rest)) = text.split_once("request_adapter, \"{+baseurl}/") else {
        return;
    };
    let template = rest.split('"').next().unwrap();
    let template = template.trim_start_matches("users/{user%2Did}/");
    let (path, options) = template.split_once(['?']).unwrap_or((template, ""));
    let path = short(path.trim_end_matches('{'));
    let options = options.replace("%24", "$");
    let words = options.split(['{', '}', ',', '&', '=', '%']);
    let is_option = |word: &&str| word.starts_with('$') || word.ends_with("DateTime");
    let options: BTreeSet<&str> = words.filter(is_option).collect();
    for method in text.split("RequestInformation(Method.").skip(1) {
        let method = method.split(',').next().unwrap();
        let request = format!("{method} {path}");
        if method == "GET" {
            for option in &options {
                published.insert((request.clone(), (*option).to_owned()));
            }
        }
        published.insert((request, String::new()));
    }
}

/// A path without what stands before it: `calendarGroups/{id}/calendars/{id}/events/{id}` is `events/{id}`.
fn short(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/') {
        let is_id = part.starts_with('{');
        let word = if is_id { "{id}" } else { part };
        match word {
            "events" | "calendarView" | "calendars" if !parts.is_empty() => parts = vec![word],
            "calendar" if parts.is_empty() => parts = vec!["calendars", "{id}"],
            word => parts.push(word),
        }
    }
    match parts.join("/").split_once("(User=") {
        Some((name, _)) => format!("{name}(User='{{id}}')"),
        None => parts.join("/"),
    }
}

/// `date_time_time_zone` is `dateTimeTimeZone`.
fn camel(module: &str) -> String {
    let mut words = module.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (head, tail) = word.split_at(1);
        name + &head.to_uppercase() + tail
    })
}

#[test]
fn a_request_builder_is_read() {
    let text = "super().__init__(request_adapter, \"{+baseurl}/users/{user%2Did}/calendar/events/{event%2Did}/instances?\
                endDateTime={endDateTime}&startDateTime={startDateTime}{&%24count,%24top}\", p)\n\
                RequestInformation(Method.GET, self)\nRequestInformation(Method.POST, self)";
    let mut published = BTreeSet::new();
    request(text, &mut published);
    let get = "GET events/{id}/instances";
    let wanted = [
        (get, ""),
        (get, "$count"),
        (get, "$top"),
        (get, "endDateTime"),
        (get, "startDateTime"),
        ("POST events/{id}/instances", ""),
    ];
    let wanted = wanted.map(|(of, name)| (of.to_owned(), name.to_owned()));
    assert_eq!(published, BTreeSet::from(wanted));
    assert_eq!(camel("date_time_time_zone"), "dateTimeTimeZone");
    assert_eq!(short("calendar/getSchedule"), "calendars/{id}/getSchedule");
}
