//! PROPFIND and PROPPATCH (RFC 4918 9.1, 9.2).

use axum::response::Response as HttpResponse;
use percent_encoding::utf8_percent_encode;
use protocols::caldav::{Element, Multistatus, Name, PropFind, PropertyUpdate, Response, name};

use super::{ROOT, tree::Tree};
use crate::caldav::{
    answer::{Fault, Result, multistatus},
    collection::propstats,
    dead,
    object::http_date,
    request::{Depth, Request},
    resource::ENCODED,
};

/// Properties that say how things are, and cannot be set.
const LIVE: [Name; 5] = [
    name::RESOURCETYPE,
    name::GETCONTENTLENGTH,
    name::GETCONTENTTYPE,
    name::GETETAG,
    name::GETLASTMODIFIED,
];

pub(super) fn find(request: &Request, tree: &Tree, place: &str) -> Result<HttpResponse> {
    let asked = PropFind::parse(&request.body)?;
    exists(tree, place)?;
    let mut places = vec![place.to_owned()];
    if request.depth() != Depth::Zero {
        places.extend(tree.below(place, request.depth() == Depth::Infinity));
    }
    let told = |place: &String| {
        let all = all(tree, place);
        let href = href(tree, place);
        match &asked {
            PropFind::All(_) => Response::props(href, all, []),
            PropFind::Names => {
                let names = all.into_iter().map(|property| Element::new(property.name));
                Response::props(href, names.collect(), [])
            }
            PropFind::Props(props) => {
                let has = |name: &&Name| all.iter().any(|property| property.name == **name);
                let missing: Vec<Name> = props.names.iter().filter(|n| !has(n)).cloned().collect();
                let mut found = all.clone();
                found.retain(|property| props.names.contains(&property.name));
                Response::props(href, found, missing)
            }
        }
    };
    Ok(multistatus(&Multistatus {
        responses: places.iter().map(told).collect(),
        sync_token: None,
    }))
}

/// All of it is done, or nothing.
pub(super) fn patch(request: &Request, tree: &mut Tree, place: &str) -> Result<HttpResponse> {
    let update = PropertyUpdate::parse(&request.body)?;
    exists(tree, place)?;
    let href = href(tree, place);
    let mut own = tree
        .get(place)
        .map(|node| node.dead.clone())
        .unwrap_or_default();
    let mut refused = Vec::new();
    for property in &update.set {
        if LIVE.contains(&property.name) || place.is_empty() || !dead::set(&mut own, property) {
            refused.push(property.name.clone());
        }
    }
    for name in &update.remove {
        if LIVE.contains(name) {
            refused.push(name.clone());
        }
        own.retain(|property| property.name != *name);
    }
    if let Some(node) = tree.get_mut(place).filter(|_| refused.is_empty()) {
        node.dead = own;
    }
    Ok(multistatus(&Multistatus {
        responses: vec![Response {
            href,
            propstats: propstats(&update, &refused),
            ..Response::default()
        }],
        sync_token: None,
    }))
}

fn exists(tree: &Tree, place: &str) -> Result<()> {
    if place.is_empty() || tree.get(place).is_some() {
        Ok(())
    } else {
        Err(Fault::not_found())
    }
}

/// All properties of what is at a place.
fn all(tree: &Tree, place: &str) -> Vec<Element> {
    let mut kind = Element::new(name::RESOURCETYPE);
    if tree.is_collection(place) {
        kind.children.push(Element::new(name::COLLECTION));
    }
    let mut all = vec![kind];
    let Some(node) = tree.get(place) else {
        return all;
    };
    if let Some(file) = &node.file {
        all.push(Element::text(
            name::GETCONTENTLENGTH,
            file.len().to_string(),
        ));
        all.push(Element::text(name::GETCONTENTTYPE, node.kind.clone()));
    }
    all.push(Element::text(name::GETETAG, node.tag()));
    let changed = http_date(node.changed);
    all.push(Element::text(name::GETLASTMODIFIED, changed));
    all.extend(node.dead.iter().cloned());
    all
}

/// The address of a place.
fn href(tree: &Tree, place: &str) -> String {
    let mut href = ROOT.to_owned();
    for segment in place.split('/').skip(1) {
        href.push('/');
        href.extend(utf8_percent_encode(segment, ENCODED));
    }
    if tree.is_collection(place) {
        href.push('/');
    }
    href
}
