//! The one place where storage takes random bytes: keys, nonces, ids of rows that nobody else names.

use aws_lc_rs::rand;
use uuid::Uuid;

/// Random bytes from the cryptographic generator.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("the system's random generator does not fail");
    bytes
}

/// A random id (version 4).
pub(crate) fn id() -> Uuid {
    uuid::Builder::from_random_bytes(bytes()).into_uuid()
}
