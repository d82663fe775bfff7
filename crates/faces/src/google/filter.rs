//! Which items of a listing a client asked for.

use hub::EventView;
use jiff::Timestamp;
use protocols::google::Event as Wire;

use super::{Fault, query::Query};

/// The filters of `events.list`.
#[derive(Default)]
pub(super) struct Filter {
    text: Option<String>,
    uid: Option<String>,
    updated_min: Option<Timestamp>,
    private: Vec<(String, String)>,
    shared: Vec<(String, String)>,
    types: Vec<String>,
}

impl Filter {
    pub(super) fn of(query: &Query) -> Result<Self, Fault> {
        let properties = |name: &'static str| -> Result<Vec<_>, Fault> {
            let pair = |text: &str| {
                let (key, value) = text.split_once('=').ok_or_else(|| {
                    Fault::parameter(name, "Invalid value: propertyName=value is needed.")
                })?;
                Ok((key.to_owned(), value.to_owned()))
            };
            query.all(name).map(pair).collect()
        };
        Ok(Self {
            text: query
                .get("q")
                .filter(|q| !q.is_empty())
                .map(str::to_lowercase),
            uid: query.get("iCalUID").map(str::to_owned),
            updated_min: query.instant("updatedMin")?,
            private: properties("privateExtendedProperty")?,
            shared: properties("sharedExtendedProperty")?,
            types: query.all("eventTypes").map(str::to_owned).collect(),
        })
    }

    /// The UID that is asked for.
    pub(super) fn uid(&self) -> Option<&str> {
        self.uid.as_deref()
    }

    /// Whether only changes are asked for; then deleted events are always among them.
    pub(super) fn is_about_changes(&self) -> bool {
        self.updated_min.is_some()
    }

    /// Whether an event is of interest at all.
    pub(super) fn admits(&self, view: &EventView) -> bool {
        self.updated_min.is_none_or(|min| view.updated >= min)
            && self.uid.as_ref().is_none_or(|uid| view.event.uid == *uid)
    }

    /// Whether an item is of interest. Of a cancelled one only its id can be.
    pub(super) fn admits_item(&self, wire: &Wire) -> bool {
        if wire.is_cancelled() {
            return self.text.is_none() && self.private.is_empty() && self.shared.is_empty();
        }
        let properties = wire.extended_properties.as_ref();
        let private = properties.and_then(|p| p.private.as_ref());
        let shared = properties.and_then(|p| p.shared.as_ref());
        let kind = wire.event_type.as_deref().unwrap_or("default");
        self.private
            .iter()
            .all(|(key, value)| private.and_then(|p| p.get(key)) == Some(value))
            && self
                .shared
                .iter()
                .all(|(key, value)| shared.and_then(|p| p.get(key)) == Some(value))
            && (self.types.is_empty() || self.types.iter().any(|t| t == kind))
            && self.text.as_ref().is_none_or(|text| mentions(wire, text))
    }
}

fn mentions(wire: &Wire, text: &str) -> bool {
    let people = wire
        .attendees
        .iter()
        .flatten()
        .flat_map(|a| [&a.email, &a.display_name]);
    let fields = [&wire.summary, &wire.description, &wire.location]
        .into_iter()
        .chain(people);
    fields
        .flatten()
        .any(|field| field.to_lowercase().contains(text))
}
