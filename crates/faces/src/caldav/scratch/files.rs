//! GET, PUT, DELETE, MKCOL, COPY and MOVE (RFC 4918 9.3 to 9.9).

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    place,
    tree::{Node, Tree},
};
use crate::caldav::{
    answer::{Fault, Result, empty},
    request::{Depth, Request},
    resource::path_of,
};

/// The media type of what came without one.
const ANY: &str = "application/octet-stream";

pub(super) fn get(request: &Request, tree: &Tree, place: &str) -> Result<Response> {
    let node = there(tree, place)?;
    let tag = node.map(Node::tag);
    request.check_conditions(tag.as_deref())?;
    let Some((node, file)) = node.and_then(|node| Some((node, node.file.clone()?))) else {
        return Ok(empty(StatusCode::OK, &[]));
    };
    let headers = [
        (header::CONTENT_TYPE, node.kind.clone()),
        (header::ETAG, node.tag()),
    ];
    Ok((headers, file).into_response())
}

pub(super) fn put(request: &Request, tree: &mut Tree, place: &str) -> Result<Response> {
    if tree.is_collection(place) {
        return Err(Fault::not_here());
    }
    has_room(tree, place)?;
    let before = tree.tag(place);
    request.check_conditions(before.as_deref())?;
    let kind = request.header("content-type").unwrap_or(ANY);
    let now = request.app.hub.clock().now();
    if !tree.put(place, Some(request.body.clone()), kind, now) {
        return Err(full());
    }
    let tag = tree.tag(place).unwrap_or_default();
    Ok(empty(made(before.is_none()), &[("etag", &tag)]))
}

pub(super) fn remove(request: &Request, tree: &mut Tree, place: &str) -> Result<Response> {
    let Some(node) = there(tree, place)? else {
        return Err(Fault::status(
            StatusCode::FORBIDDEN,
            "this collection stays",
        ));
    };
    request.check_conditions(Some(&node.tag()))?;
    tree.remove(place);
    Ok(empty(StatusCode::NO_CONTENT, &[]))
}

pub(super) fn make(request: &Request, tree: &mut Tree, place: &str) -> Result<Response> {
    if tree.is_collection(place) || tree.get(place).is_some() {
        return Err(Fault::not_here());
    }
    has_room(tree, place)?;
    if !request.body.is_empty() {
        let detail = "a collection is made without a body";
        return Err(Fault::status(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    if !tree.put(place, None, "", request.app.hub.clock().now()) {
        return Err(full());
    }
    Ok(empty(StatusCode::CREATED, &[]))
}

/// COPY and MOVE.
pub(super) fn transfer(request: &Request, tree: &mut Tree, from: &str) -> Result<Response> {
    let to = request.header("destination").and_then(path_of);
    let to = to.ok_or_else(|| {
        let detail = "Destination is needed: where to";
        Fault::status(StatusCode::BAD_REQUEST, detail)
    })?;
    let refused = |detail: &str| Fault::status(StatusCode::FORBIDDEN, detail);
    let to = place(to).ok_or_else(|| refused("nothing can be there"))?;
    let Some(node) = there(tree, from)? else {
        return Err(refused("this collection stays"));
    };
    request.check_conditions(Some(&node.tag()))?;
    let within = |inner: &str, outer: &str| inner.starts_with(&format!("{outer}/"));
    if to.is_empty() || to == from || within(&to, from) || within(from, &to) {
        return Err(refused("one of the two is in the other"));
    }
    has_room(tree, &to)?;
    let exists = tree.get(&to).is_some();
    if exists && request.header("overwrite") == Some("F") {
        return Err(Fault::precondition());
    }
    let moves = request.method == "MOVE";
    let whole = moves || request.depth() != Depth::Zero;
    if !tree.copy(from, &to, whole) {
        return Err(full());
    }
    if moves {
        tree.remove(from);
    }
    Ok(empty(made(!exists), &[]))
}

/// What is at a place, if it is not the collection that the rest is in.
fn there<'t>(tree: &'t Tree, place: &str) -> Result<Option<&'t Node>> {
    match tree.get(place) {
        None if !place.is_empty() => Err(Fault::not_found()),
        node => Ok(node),
    }
}

fn has_room(tree: &Tree, place: &str) -> Result<()> {
    if tree.has_room(place) {
        return Ok(());
    }
    let detail = "there is no collection for it";
    Err(Fault::status(StatusCode::CONFLICT, detail))
}

fn made(new: bool) -> StatusCode {
    if new {
        StatusCode::CREATED
    } else {
        StatusCode::NO_CONTENT
    }
}

fn full() -> Fault {
    Fault::status(StatusCode::INSUFFICIENT_STORAGE, "there is no room for it")
}
