//! What of a series changed: Google tells of the parts that did, and of no others.

use std::collections::BTreeMap;

use hub::EventView;
use protocols::google::{Event as Wire, InstanceId};

use super::{place::Place, render};

/// The parts that are not as they were, and what has gone. All of them, where nobody knows what there was.
pub(super) fn changed(
    place: &Place,
    view: &EventView,
    before: Option<Vec<Wire>>,
    mut now: Vec<Wire>,
) -> Vec<Wire> {
    let Some(before) = before else {
        return now;
    };
    let before = before.into_iter().map(plain);
    let mut before: BTreeMap<Option<String>, Wire> =
        before.map(|part| (part.id.clone(), part)).collect();
    now.retain(|part| {
        let was = before.remove(&part.id);
        was.as_ref() != Some(&plain(part.clone()))
    });
    let gone = before.into_values().filter(|part| !part.is_cancelled());
    let instances = gone.filter_map(|part| InstanceId::parse(part.id.as_deref()?));
    now.extend(instances.map(|instance| {
        let id = instance.recurrence_id(&view.event.when, &place.zone);
        Wire {
            id: Some(instance.to_string()),
            ..render::gone_instance(place, view, id)
        }
    }));
    now
}

/// Without what is the same for all parts.
fn plain(part: Wire) -> Wire {
    Wire {
        etag: None,
        updated: None,
        ..part
    }
}
