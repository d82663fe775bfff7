//! Which events of two calendars are the same event, when they meet for the first time (L8).

use calendar::{Event, Text};

use crate::loose;

/// Equal for events that a person would call the same: same times, same repetition, loosely the same title.
/// UIDs are compared before this is asked.
pub fn content_key(event: &Event) -> String {
    let title = loose::canonical(&Text::plain(event.title.clone())).to_lowercase();
    let end = event.when.local_end();
    let zone = event.when.zone().map_or("", calendar::Zone::name);
    let all_day = event.when.is_all_day();
    let rules: Vec<String> = event.rules.iter().map(|rule| format!("{rule:?}")).collect();
    format!(
        "{}/{end}/{zone}/{all_day}/{}/{title}",
        event.when.local_start(),
        rules.join(",")
    )
}
