//! A collection of plain files (RFC 4918, classes 1 and 3), for test suites of WebDAV that keep some: a hub keeps calendars and nothing
//! else, so only a stand-in has it, at `/scratch/`, and in memory. Bodies, `Depth`, `If` and `If-Match` are read, refusals of
//! properties told and answers written with what the CalDAV face has for that; what is done then is its own.

mod files;
mod properties;
mod tree;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::to_bytes,
    extract::{Request as HttpRequest, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::any,
};
use percent_encoding::percent_decode_str;
use protocols::caldav::preconditions::{State as Wanted, parse};

use self::tree::Tree;
use super::{
    BODY_MAX,
    answer::{Fault, Result, empty},
    request::Request,
    resource::path_of,
};
use crate::{App, auth};

/// Where it is.
const ROOT: &str = "/scratch";

const ALLOW: &str = "OPTIONS, GET, HEAD, PUT, DELETE, COPY, MOVE, PROPFIND, PROPPATCH, MKCOL";

#[derive(Clone)]
struct Scratch {
    app: App,
    tree: Arc<Mutex<Tree>>,
}

impl Scratch {
    fn tree(&self) -> MutexGuard<'_, Tree> {
        self.tree.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The router of an empty one.
pub fn router(app: App) -> Router {
    let tree = Arc::new(Mutex::new(Tree::default()));
    Router::new()
        .route("/scratch", any(serve))
        .route("/scratch/", any(serve))
        .route("/scratch/{*path}", any(serve))
        .with_state(Scratch { app, tree })
}

async fn serve(State(scratch): State<Scratch>, http: HttpRequest) -> Response {
    let answer = answer(&scratch, http).await;
    answer.unwrap_or_else(IntoResponse::into_response)
}

async fn answer(scratch: &Scratch, http: HttpRequest) -> Result<Response> {
    let (parts, body) = http.into_parts();
    let body = to_bytes(body, BODY_MAX).await;
    let known = auth::device(&scratch.app, &parts.headers).await?;
    let (actor, user) = known.ok_or_else(Fault::unauthorized)?;
    let request = Request {
        app: scratch.app.clone(),
        actor,
        user,
        within: None,
        method: parts.method.as_str().to_owned(),
        headers: parts.headers,
        body: body.map_err(|_| Fault::too_large())?,
    };
    let path = place(parts.uri.path()).ok_or_else(Fault::not_found)?;
    let mut tree = scratch.tree();
    check(&request, &tree, &path)?;
    dispatch(&request, &mut tree, &path)
}

fn dispatch(request: &Request, tree: &mut Tree, path: &str) -> Result<Response> {
    match request.method.as_str() {
        "OPTIONS" => Ok(empty(StatusCode::OK, &[("dav", "1, 3"), ("allow", ALLOW)])),
        "GET" | "HEAD" => files::get(request, tree, path),
        "PUT" => files::put(request, tree, path),
        "DELETE" => files::remove(request, tree, path),
        "MKCOL" => files::make(request, tree, path),
        "COPY" | "MOVE" => files::transfer(request, tree, path),
        "PROPFIND" => properties::find(request, tree, path),
        "PROPPATCH" => properties::patch(request, tree, path),
        _ => Ok(empty(StatusCode::METHOD_NOT_ALLOWED, &[("allow", ALLOW)])),
    }
}

/// The place that a path names: its segments, decoded, each after a slash. The collection itself is the empty one.
fn place(path: &str) -> Option<String> {
    let below = path.strip_prefix(ROOT)?;
    let mut place = String::new();
    for segment in below.split('/').filter(|segment| !segment.is_empty()) {
        place.push('/');
        place.push_str(&percent_decode_str(segment).decode_utf8().ok()?);
    }
    Some(place)
}

/// Refuses a request of whose `If` no list holds (RFC 4918 10.4). Nothing is ever locked, so no token holds.
fn check(request: &Request, tree: &Tree, path: &str) -> Result<()> {
    let Some(header) = request.headers.get("if") else {
        return Ok(());
    };
    let lists = parse(header.to_str().unwrap_or_default())?;
    let holds = lists.iter().any(|list| {
        let other = list
            .resource
            .as_deref()
            .map(|href| path_of(href).and_then(place));
        let tag = match other {
            None => tree.tag(path),
            Some(other) => other.and_then(|other| tree.tag(&other)),
        };
        list.all.iter().all(|condition| {
            let holds =
                matches!(&condition.state, Wanted::Tag(wanted) if tag.as_ref() == Some(wanted));
            holds != condition.not
        })
    });
    if holds {
        Ok(())
    } else {
        Err(Fault::precondition())
    }
}
