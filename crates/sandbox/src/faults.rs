//! The fault layer in front of a stand-in: what real services and networks do on bad days, and counters.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use crate::twin::Kind;

/// Whoever sends this header meets no faults and is not counted: people whose deeds a test has to know exactly, while a
/// hub has a bad day at the same provider.
pub const SPARED: &str = "x-sandbox-spared";

/// Most bytes of a request that is kept to be done later; the faces take no larger ones.
const LATE_BYTES_MAX: usize = 10_000_000;

/// Faults that can be set. All of them off is the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", default, deny_unknown_fields)]
pub struct Plan {
    /// Wait so long before the work, in milliseconds.
    pub delay_ms: u64,
    /// Do the work, then drop every nth reply; 1 drops all, 0 none.
    pub lose_reply_every: u64,
    /// Do the work, then drop every nth reply to a request that changes events; 1 drops all, 0 none.
    pub lose_write_reply_every: u64,
    /// Drop every nth request before the work; 1 drops all, 0 none.
    pub lose_request_every: u64,
    /// Drop the connection of every nth request that changes events, and do the work `late_ms` later; 1 all, 0 none.
    pub late_write_every: u64,
    /// How much later, in milliseconds.
    pub late_ms: u64,
    /// Refuse every nth request with 429 and `Retry-After`; 0 none.
    pub throttle_every: u64,
    /// Refuse every nth request with 503; 0 none.
    pub unavailable_every: u64,
    /// Seconds in `Retry-After`.
    pub retry_after: u64,
    /// Deliver no notifications.
    pub no_push: bool,
}

/// The fault layer of one stand-in.
#[derive(Default)]
pub struct Faults {
    plan: Mutex<Plan>,
    requests: AtomicU64,
    writes: AtomicU64,
    refused: AtomicU64,
    lost: AtomicU64,
}

impl Faults {
    /// What is set.
    pub fn plan(&self) -> Plan {
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets it.
    pub fn set(&self, plan: Plan) {
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = plan;
    }

    /// How many requests changed events, whatever was answered.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::Relaxed)
    }

    /// How many requests were refused, with 429 or 503.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// How many replies were lost, with or without their requests.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// How many requests came in.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }
}

/// One stand-in's layer, as middleware.
pub(crate) async fn layer(
    State((kind, faults)): State<(Kind, std::sync::Arc<Faults>)>,
    request: Request,
    next: Next,
) -> Response {
    let plan = faults.plan();
    // Browsers asking whether they may ask, and sign-in pages, are spared.
    let spared = request.headers().contains_key(SPARED);
    if spared || request.method() == Method::OPTIONS || !kind.is_api(request.uri().path()) {
        return next.run(request).await;
    }
    let number = faults.requests.fetch_add(1, Ordering::Relaxed) + 1;
    let nth = |every: u64| every > 0 && number.is_multiple_of(every);
    let refusal = if nth(plan.throttle_every) {
        Some(StatusCode::TOO_MANY_REQUESTS)
    } else if nth(plan.unavailable_every) {
        Some(StatusCode::SERVICE_UNAVAILABLE)
    } else {
        None
    };
    if let Some(status) = refusal {
        faults.refused.fetch_add(1, Ordering::Relaxed);
        return refused(status, plan.retry_after);
    }
    if plan.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(plan.delay_ms)).await;
    }
    if nth(plan.lose_request_every) {
        faults.lost.fetch_add(1, Ordering::Relaxed);
        return lost();
    }
    let write = kind
        .is_write(request.method(), request.uri().path())
        .then(|| faults.writes.fetch_add(1, Ordering::Relaxed) + 1);
    let nth_write = |every: u64| write.is_some_and(|n| every > 0 && n.is_multiple_of(every));
    if nth_write(plan.late_write_every) {
        faults.lost.fetch_add(1, Ordering::Relaxed);
        return late(request, next, Duration::from_millis(plan.late_ms)).await;
    }
    let response = next.run(request).await;
    if nth(plan.lose_reply_every) || nth_write(plan.lose_write_reply_every) {
        faults.lost.fetch_add(1, Ordering::Relaxed);
        lost()
    } else {
        response
    }
}

/// The client is told nothing, and some time later the request arrives all the same.
async fn late(request: Request, next: Next, pause: Duration) -> Response {
    let (head, body) = request.into_parts();
    // A body that breaks off is a request that never arrived.
    if let Ok(body) = to_bytes(body, LATE_BYTES_MAX).await {
        tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            next.run(Request::from_parts(head, body.into())).await;
        });
    }
    lost()
}

fn refused(status: StatusCode, retry_after: u64) -> Response {
    (status, [(header::RETRY_AFTER, retry_after.to_string())]).into_response()
}

/// A reply that breaks off: the length is promised, the connection ends.
fn lost() -> Response {
    let broken = futures::stream::once(async {
        Err::<Vec<u8>, _>(std::io::Error::other("the reply is lost"))
    });
    (
        [(header::CONTENT_LENGTH, "1000000")],
        Body::from_stream(broken),
    )
        .into_response()
}
