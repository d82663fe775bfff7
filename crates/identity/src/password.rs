//! Passwords that people choose: argon2id with the parameters that its crate recommends (OWASP's).

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use crate::{Error, Result};

/// Longest password, in bytes: hashing is meant to be slow, not endless.
pub(crate) const PASSWORD_MAX: usize = 1024;

/// How many passwords are hashed at once; each takes 19 MiB of memory and most of a core. The others wait.
const AT_ONCE: usize = 4;

static SLOTS: Semaphore = Semaphore::const_new(AT_ONCE);

/// The hash of a password, as a PHC string. Slow on purpose: not on the runtime's threads.
pub(crate) async fn hash(password: String) -> Result<String> {
    let work = move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
    };
    slowly(work).await?.map_err(|_| Error::Hashing)
}

/// Whether a password belongs to a hash. Without a hash as much work is done, so that nobody learns whose mail
/// addresses are known.
pub(crate) async fn verify(password: String, hash: Option<String>) -> Result<bool> {
    if password.len() > PASSWORD_MAX {
        return Ok(false);
    }
    let work = move || {
        let Some(hash) = hash else {
            let _same_work = Argon2::default().hash_password(password.as_bytes());
            return false;
        };
        PasswordHash::new(&hash).is_ok_and(|parsed| {
            Argon2::default()
                .verify_password(password.as_bytes(), &parsed)
                .is_ok()
        })
    };
    slowly(work).await
}

async fn slowly<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let _slot = SLOTS.acquire().await.map_err(|_| Error::Hashing)?;
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| Error::Hashing)
}
