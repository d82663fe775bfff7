//! Answers that are made of what clients wrote: where nothing but tags and whole texts is asked for, events need not be read.

use hub::events::Told;
use protocols::caldav::{Element, Name, Props, Response, Scope, name};

use super::super::item::etag;

/// Whether texts and tags are all that is asked for.
pub(super) fn tells_texts(props: &Props) -> bool {
    let told = |name: &Name| is_data(name) || *name == name::GETETAG;
    props.scope == Scope::Named
        && props.calendar_data.is_whole()
        && props.names.iter().any(is_data)
        && props.names.iter().all(told)
}

/// The answer about one object, at its address.
pub(super) fn told_response(props: &Props, href: &str, told: Told) -> Response {
    let tag = |name: &Name| Element::text(name.clone(), etag(told.id.0, told.revision));
    let tags = props.names.iter().filter(|name| !is_data(name)).map(tag);
    let data = Element::text(name::CALENDAR_DATA, told.text);
    let values = tags.chain(std::iter::once(data)).collect();
    Response::props(href, values, [])
}

fn is_data(name: &Name) -> bool {
    *name == name::CALENDAR_DATA
}
