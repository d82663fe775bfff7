//! The key that signs ID tokens: RS256, the one algorithm that every client knows (OpenID Connect Core 15.1).

use aws_lc_rs::{
    digest,
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as B64};
use serde_json::{Value, json};
use storage::meta;

use crate::{Error, Identity, Result};

/// Name of the key among the tenant's secrets.
const KEY: &str = "oauth-signing-key";

impl Identity {
    /// A signed JWT (RFC 7519) of these claims.
    pub async fn sign_id_token(&self, claims: &Value) -> Result<String> {
        let key = self.signing_key().await?;
        let header = json!({"typ": "JWT", "alg": "RS256", "kid": key_id(&key)});
        let text = format!(
            "{}.{}",
            B64.encode(header.to_string()),
            B64.encode(claims.to_string())
        );
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            text.as_bytes(),
            &mut signature,
        )
        .map_err(|_| Error::SigningKey)?;
        Ok(format!("{text}.{}", B64.encode(signature)))
    }

    /// The public keys as a JWK set (RFC 7517).
    pub async fn signing_keys(&self) -> Result<Value> {
        let key = self.signing_key().await?;
        let (modulus, exponent) = integers(key.public_key().as_ref()).ok_or(Error::SigningKey)?;
        let (n, e) = (B64.encode(modulus), B64.encode(exponent));
        Ok(json!({"keys": [
            {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": key_id(&key), "n": n, "e": e}
        ]}))
    }

    async fn signing_key(&self) -> Result<KeyPair> {
        let mut tx = self.store.read().await?;
        if let Some(der) = meta::get_secret(&mut tx, KEY).await? {
            return KeyPair::from_pkcs8(&der).map_err(|_| Error::SigningKey);
        }
        drop(tx);
        let made = KeyPair::generate(KeySize::Rsa2048).map_err(|_| Error::SigningKey)?;
        let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&made).map_err(|_| Error::SigningKey)?;
        let mut tx = self.store.write().await?;
        if let Some(der) = meta::get_secret(&mut tx, KEY).await? {
            return KeyPair::from_pkcs8(&der).map_err(|_| Error::SigningKey);
        }
        meta::set_secret(&mut tx, KEY, der.as_ref()).await?;
        tx.commit().await?;
        Ok(made)
    }
}

/// A short name of a key, made from its public half.
fn key_id(key: &KeyPair) -> String {
    let hash = digest::digest(&digest::SHA256, key.public_key().as_ref());
    B64.encode(&hash.as_ref()[..12])
}

/// The two integers of an `RSAPublicKey` in DER (RFC 8017 A.1.1), without leading zeros.
fn integers(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (sequence, _) = element(der, 0x30)?;
    let (modulus, rest) = element(sequence, 0x02)?;
    let (exponent, _) = element(rest, 0x02)?;
    Some((without_zeros(modulus), without_zeros(exponent)))
}

/// The content of the DER element at the beginning, if it has this tag, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&[found, first], rest) = der.split_first_chunk::<2>()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        let length = bytes
            .iter()
            .fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
        (length, rest)
    };
    (found == tag)
        .then(|| rest.split_at_checked(length))
        .flatten()
}

fn without_zeros(integer: &[u8]) -> &[u8] {
    let zeros = integer.iter().take_while(|byte| **byte == 0).count();
    &integer[zeros..]
}
