//! The calendars on the account's list.

use protocols::google::{CalendarList, CalendarListEntry};

use super::client::Client;
use crate::{Calendar, Failure};

/// Pages that are read at most; 250 calendars each.
const PAGES_MAX: usize = 40;

pub(super) async fn list(client: &Client) -> Result<Vec<Calendar>, Failure> {
    let mut calendars = Vec::new();
    let mut token: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let mut address = client.root.at(&["users", "me", "calendarList"]);
        address = address.with("maxResults", "250");
        if let Some(token) = &token {
            address = address.with("pageToken", token);
        }
        let page: CalendarList = client.get(&address).await?.map_err(|r| r.failure())?;
        calendars.extend(page.items.into_iter().filter_map(calendar));
        token = page.next_page_token;
        if token.is_none() {
            return Ok(calendars);
        }
    }
    Err(Failure::Protocol(
        "the list of calendars does not end".to_owned(),
    ))
}

fn calendar(entry: CalendarListEntry) -> Option<Calendar> {
    if entry.deleted == Some(true) {
        return None;
    }
    let writable = entry.is_writable();
    let id = entry.id?;
    let name = entry.summary_override.or(entry.summary);
    Some(Calendar {
        name: name.unwrap_or_else(|| id.clone()),
        id,
        color: entry.background_color,
        time_zone: entry.time_zone,
        writable,
        primary: entry.primary == Some(true),
    })
}
