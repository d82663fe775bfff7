//! Sealing: AES-256-GCM under a named key, bound to table, row and tenant. What is sealed in one row opens in no other.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad as AeadAad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
};
use sync::{CalendarId, TenantId};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{Error, Result, random};

/// Length of a key in bytes.
pub(crate) const KEY_LEN: usize = 32;
const ID_LEN: usize = 16;

/// Under which key something is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRef {
    /// The tenant's own: people, connections, links.
    Tenant,
    /// A calendar's: destroying it erases everything that was in the calendar.
    Calendar(CalendarId),
}

impl KeyRef {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::Calendar(_) => "calendar",
        }
    }
}

/// What sealed bytes are bound to, besides the tenant.
#[derive(Clone, Copy, Debug)]
pub struct Aad {
    /// The table.
    pub table: &'static str,
    /// The row's id.
    pub row: Uuid,
}

impl Aad {
    /// A row that is found by a hash rather than by an id.
    pub(crate) fn hashed(table: &'static str, hash: &[u8; 32]) -> Self {
        let mut row = [0; 16];
        row.copy_from_slice(&hash[..16]);
        Self {
            table,
            row: Uuid::from_bytes(row),
        }
    }

    /// A row that two ids name.
    pub(crate) fn pair(table: &'static str, a: Uuid, b: Uuid) -> Self {
        Self {
            table,
            row: Uuid::from_u128(a.as_u128() ^ b.as_u128()),
        }
    }

    fn bytes(&self, tenant: TenantId) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.table.len() + 1 + 32);
        bytes.extend_from_slice(self.table.as_bytes());
        bytes.push(0);
        bytes.extend_from_slice(self.row.as_bytes());
        bytes.extend_from_slice(tenant.0.as_bytes());
        bytes
    }
}

/// A key with its name.
pub(crate) struct Key {
    pub(crate) id: Uuid,
    cipher: LessSafeKey,
}

impl Key {
    pub(crate) fn new(id: Uuid, bytes: &[u8; KEY_LEN]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, bytes).expect("the key has the cipher's length");
        Self {
            id,
            cipher: LessSafeKey::new(key),
        }
    }

    /// Key id, nonce, ciphertext and tag.
    pub(crate) fn seal(&self, tenant: TenantId, aad: Aad, plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = random::bytes();
        let mut sealed =
            Vec::with_capacity(ID_LEN + NONCE_LEN + plain.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(self.id.as_bytes());
        sealed.extend_from_slice(&nonce);
        let mut body = plain.to_vec();
        self.cipher
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                AeadAad::from(aad.bytes(tenant)),
                &mut body,
            )
            .expect("the content is shorter than the cipher's limit of 64 GiB");
        sealed.append(&mut body);
        sealed
    }

    pub(crate) fn open(
        &self,
        tenant: TenantId,
        aad: Aad,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>> {
        let mut plain = Zeroizing::default();
        self.open_into(&mut plain, tenant, aad, sealed)?;
        Ok(plain)
    }

    /// The same into a place that is used again and again, and wiped when it goes.
    pub(crate) fn open_into(
        &self,
        plain: &mut Zeroizing<Vec<u8>>,
        tenant: TenantId,
        aad: Aad,
        sealed: &[u8],
    ) -> Result<()> {
        let tampered = || Error::Tampered { table: aad.table };
        let rest = sealed.get(ID_LEN..).ok_or_else(tampered)?;
        let (nonce, body) = rest.split_at_checked(NONCE_LEN).ok_or_else(tampered)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| tampered())?;
        plain.clear();
        if plain.capacity() < body.len() {
            // A vector that grows by itself would leave what it held behind.
            *plain = Zeroizing::new(Vec::with_capacity(body.len().next_power_of_two()));
        }
        plain.extend_from_slice(body);
        let length = self
            .cipher
            .open_in_place(nonce, AeadAad::from(aad.bytes(tenant)), plain)
            .map_err(|_| tampered())?
            .len();
        plain.truncate(length);
        Ok(())
    }
}

/// The name of the key that sealed these bytes.
pub(crate) fn key_id(aad: Aad, sealed: &[u8]) -> Result<Uuid> {
    let tampered = Error::Tampered { table: aad.table };
    match sealed.get(..ID_LEN) {
        Some(id) => Uuid::from_slice(id).map_err(|_| tampered),
        None => Err(tampered),
    }
}

/// Keyed hash for look-ups. The purpose keeps equal texts of different columns apart.
pub(crate) fn hash(key: &hmac::Key, purpose: &str, text: &str) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    context.update(purpose.as_bytes());
    context.update(&[0]);
    context.update(text.as_bytes());
    let mut hash = [0; 32];
    hash.copy_from_slice(context.sign().as_ref());
    hash
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const TENANT: TenantId = TenantId(Uuid::from_u128(1));
    const ROW: Aad = Aad {
        table: "copies",
        row: Uuid::from_u128(2),
    };

    #[test]
    fn sealed_bytes_open_only_where_they_were_sealed() {
        let key = Key::new(Uuid::from_u128(3), &[5; KEY_LEN]);
        let sealed = key.seal(TENANT, ROW, b"Dentist");
        assert_eq!(
            key.open(TENANT, ROW, &sealed).unwrap().as_slice(),
            b"Dentist"
        );
        assert_ne!(
            sealed,
            key.seal(TENANT, ROW, b"Dentist"),
            "never twice the same"
        );
        assert_eq!(key_id(ROW, &sealed).unwrap(), key.id);

        let elsewhere = [
            Aad {
                table: "links",
                ..ROW
            },
            Aad {
                row: Uuid::from_u128(4),
                ..ROW
            },
        ];
        for aad in elsewhere {
            assert!(matches!(
                key.open(TENANT, aad, &sealed),
                Err(Error::Tampered { .. })
            ));
        }
        let other = TenantId(Uuid::from_u128(9));
        assert!(key.open(other, ROW, &sealed).is_err());
        assert!(
            Key::new(key.id, &[6; KEY_LEN])
                .open(TENANT, ROW, &sealed)
                .is_err()
        );
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let key = Key::new(Uuid::from_u128(3), &[5; KEY_LEN]);
        let sealed = key.seal(TENANT, ROW, b"Dentist");
        for at in ID_LEN..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key.open(TENANT, ROW, &changed).is_err(), "byte {at}");
        }
        for length in 0..sealed.len() {
            assert!(
                key.open(TENANT, ROW, &sealed[..length]).is_err(),
                "cut at {length}"
            );
        }
    }

    #[test]
    fn hashes_depend_on_key_purpose_and_text() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]);
        let other = hmac::Key::new(hmac::HMAC_SHA256, &[2; 32]);
        let uid = hash(&key, "uid", "a");
        assert_eq!(uid, hash(&key, "uid", "a"));
        assert_ne!(uid, hash(&key, "uid", "b"));
        assert_ne!(uid, hash(&key, "name", "a"));
        assert_ne!(uid, hash(&other, "uid", "a"));
    }
}
