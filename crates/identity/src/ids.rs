//! The one place that makes ids and secrets.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;

/// A source of ids and secrets.
pub trait Ids: Send + Sync {
    /// A new id; UUIDv7, so that ids sort by the time at which they were made.
    fn uuid(&self) -> Uuid;

    /// A new secret of 256 bits in URL-safe characters.
    fn token(&self) -> String;
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemIds;

impl Ids for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "this file owns ids")]
    fn uuid(&self) -> Uuid {
        Uuid::now_v7()
    }

    #[expect(
        clippy::expect_used,
        reason = "without randomness nothing here is safe: better to stop"
    )]
    fn token(&self) -> String {
        let mut bytes = [0; 32];
        SystemRandom::new()
            .fill(&mut bytes)
            .expect("the operating system gives random bytes");
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }
}
