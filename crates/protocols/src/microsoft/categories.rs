//! Categories and importance. Three degrees of importance for nine of priority: the number is in `kalendsPriority` as
//! long as it goes with the word that is there.

use calendar::Event;

use super::{
    fields::Out,
    property::Property,
    wire::{self, Importance},
};

/// The word for a priority (RFC 5545 3.8.1.9: 1–4 high, 5 middle, 6–9 low, 0 nothing said).
pub(super) fn importance(priority: u8) -> Importance {
    match priority {
        1..=4 => Importance::High,
        6.. => Importance::Low,
        _ => Importance::Normal,
    }
}

/// Reads both into `event`.
pub(super) fn read(wire: &wire::Event, event: &mut Event) {
    if let Some(categories) = &wire.categories {
        event.categories = categories.iter().cloned().collect();
    }
    if let Some(word) = &wire.importance {
        let hint = Property::Priority.of(wire).and_then(|n| n.parse().ok());
        let plain = match word {
            Importance::High => 1,
            Importance::Low => 9,
            Importance::Normal | Importance::Other(_) => 0,
        };
        event.priority = hint
            .filter(|n| *n <= 9 && importance(*n) == *word)
            .unwrap_or(plain);
    }
}

/// Writes both.
pub(super) fn write(event: &Event, out: &mut Out) {
    out.set("categories", &event.categories);
    out.set("importance", &importance(event.priority));
    out.property(Property::Priority, event.priority.to_string());
}
