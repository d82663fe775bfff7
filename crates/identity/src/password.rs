//! Passwords that people choose: argon2id with the parameters that its crate recommends (OWASP's).

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};

use crate::{Error, Result};

/// Longest password, in bytes: hashing is meant to be slow, not endless.
pub(crate) const PASSWORD_MAX: usize = 1024;

/// The hash of a password, as a PHC string. Slow on purpose: not on the runtime's threads.
pub(crate) async fn hash(password: String) -> Result<String> {
    let work = move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
    };
    let hashed = tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Error::Hashing)?;
    hashed.map_err(|_| Error::Hashing)
}

/// Whether a password belongs to a hash. Without a hash as much work is done, so that nobody learns whose mail
/// addresses are known.
pub(crate) async fn verify(password: String, hash: Option<String>) -> Result<bool> {
    if password.len() > PASSWORD_MAX {
        return Ok(false);
    }
    let work = move || match hash {
        Some(hash) => PasswordHash::new(&hash).is_ok_and(|parsed| {
            Argon2::default()
                .verify_password(password.as_bytes(), &parsed)
                .is_ok()
        }),
        None => {
            let _same_work = Argon2::default().hash_password(password.as_bytes());
            false
        }
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Error::Hashing)
}
