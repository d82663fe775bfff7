//! Every answer of a face is compared with what is published, whoever asked for it: a test, our own connector, or a
//! client of the vendor.

use std::{
    sync::{Arc, Mutex},
    thread,
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, Uri},
    middleware::{Next, from_fn_with_state},
    response::Response,
};

/// A request and its answer, as they were on the wire.
pub struct Exchange {
    pub method: Method,
    pub uri: Uri,
    pub asked: HeaderMap,
    pub question: Bytes,
    pub status: u16,
    pub told: HeaderMap,
    pub answer: Bytes,
}

impl Exchange {
    /// A header of the request; empty if it is not there.
    pub fn asked(&self, name: &str) -> &str {
        let value = self.asked.get(name).map(|value| value.to_str().unwrap());
        value.unwrap_or_default()
    }

    /// A header of the answer; empty if it is not there.
    pub fn told(&self, name: &str) -> &str {
        let value = self.told.get(name).map(|value| value.to_str().unwrap());
        value.unwrap_or_default()
    }
}

/// What is wrong with an answer.
pub type Check = fn(&Exchange) -> Vec<String>;

/// What was wrong with the answers so far. Its end fails the test if anything was.
#[derive(Default)]
pub struct Checked(Arc<Mutex<Vec<String>>>);

#[derive(Clone)]
struct Checking {
    check: Check,
    faults: Arc<Mutex<Vec<String>>>,
}

impl Checked {
    /// The same router, with every answer looked at.
    pub fn router(&self, router: Router, check: Check) -> Router {
        let faults = self.0.clone();
        router.layer(from_fn_with_state(Checking { check, faults }, look))
    }
}

impl Drop for Checked {
    fn drop(&mut self) {
        let faults = self.0.lock().unwrap();
        let failed = thread::panicking();
        if failed && !faults.is_empty() {
            eprintln!("answers that are not as published: {faults:#?}");
        }
        assert!(
            failed || faults.is_empty(),
            "answers that are not as published: {faults:#?}"
        );
    }
}

async fn look(State(checking): State<Checking>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let question = to_bytes(body, usize::MAX).await.unwrap();
    let (method, uri, asked) = (
        parts.method.clone(),
        parts.uri.clone(),
        parts.headers.clone(),
    );
    let request = Request::from_parts(parts, Body::from(question.clone()));
    let (parts, body) = next.run(request).await.into_parts();
    let answer = to_bytes(body, usize::MAX).await.unwrap();
    let exchange = Exchange {
        method,
        uri,
        asked,
        question,
        status: parts.status.as_u16(),
        told: parts.headers.clone(),
        answer: answer.clone(),
    };
    let found = (checking.check)(&exchange).into_iter();
    let found = found.map(|fault| format!("{} {}: {fault}", exchange.method, exchange.uri));
    checking.faults.lock().unwrap().extend(found);
    Response::from_parts(parts, Body::from(answer))
}
