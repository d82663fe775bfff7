//! Creates that are sent twice: the key is taken, the work done and the answer kept in one transaction, so that neither a
//! retry beside the first request nor one after a crash does the work again.

use identity::Actor;
use storage::{Tx, idempotency};

use crate::{Error, Hub, Result};

/// What a client calls a request that it may have to send again (`Idempotency-Key`).
#[derive(Clone, Debug)]
pub struct Key {
    /// The client's name for the request.
    pub name: String,
    /// What the request is: where it goes, and its body. The same name with another request is refused.
    pub request: String,
}

impl Hub {
    /// Takes the key of a request, at the beginning of its transaction: the answer that was given under it before, if
    /// any. Otherwise [`Hub::keep_answer`] must follow.
    pub(crate) async fn first_answer(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        key: Option<&Key>,
    ) -> Result<Option<Vec<u8>>> {
        let Some(key) = key else { return Ok(None) };
        let now = self.clock().now();
        let request = idempotency::fingerprint(tx, &key.request);
        let who = actor.log_name();
        match idempotency::claim(tx, &who, &key.name, &request, now).await? {
            Some(stored) if stored.request == request => Ok(Some(stored.reply)),
            Some(_) => Err(Error::KeyReused),
            None => Ok(None),
        }
    }

    /// Keeps the answer to a request, in the transaction that did its work.
    pub(crate) async fn keep_answer(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        key: Option<&Key>,
        reply: &[u8],
    ) -> Result<()> {
        let Some(key) = key else { return Ok(()) };
        let request = idempotency::fingerprint(tx, &key.request);
        let who = actor.log_name();
        Ok(idempotency::answer(tx, &who, &key.name, &request, reply).await?)
    }
}
