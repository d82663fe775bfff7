//! Resource data in notifications: what changed is told with them, sealed so that whoever holds the key of the subscription's
//! certificate reads it, and nobody on the way.
//! <https://learn.microsoft.com/graph/change-notifications-with-resource-data>

use aws_lc_rs::{
    cipher::{
        AES_256, AES_256_KEY_LEN, AES_CBC_IV_LEN, EncryptionContext, PaddedBlockEncryptingKey,
        UnboundCipherKey,
    },
    digest,
    error::Unspecified,
    hmac,
    iv::FixedLength,
    rand,
    rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use hub::CopyId;
use identity::{Actor, Kind};
use protocols::microsoft::wire::Rest;
use rustls::{pki_types::CertificateDer, server::ParsedCertificate};
use serde_json::{Value, json};

use super::{
    call::Call,
    events,
    fault::Fault,
    fields,
    ids::{self, EventId},
    item::Items,
    odata::Query,
    path::Which,
};
use crate::{App, Sealing, Watcher, oauth};

/// Sizes of keys that are taken, in bits.
const KEY_BITS: std::ops::RangeInclusive<usize> = 2_048..=4_096;
/// Longest certificate, in characters.
const CERTIFICATE_MAX: usize = 16_384;
/// Longest name of one, in characters.
const ID_MAX: usize = 128;
/// What is told with a notification is a part of the event that its client names, and not its text.
const NOT_TOLD: [&str; 2] = ["body", "uniqueBody"];
/// Who tells, in the tokens that come along: Graph itself.
const PUBLISHER: &str = "0bf30f3b-4a52-48df-9a82-234910c4a086";
/// How long such a token is good, in seconds.
const TOKEN_SECONDS: i64 = 3_600;
/// What it takes to read what is told.
const SCOPE: &str = "Calendars.Read";

/// What a subscription says of resource data; `None`: it wants none.
pub(super) fn asked(said: &Rest, options: Option<&str>) -> Result<Option<Sealing>, Fault> {
    let text = |name: &str| said.get(name).and_then(Value::as_str).map(str::to_owned);
    if said.get("includeResourceData") != Some(&json!(true)) {
        if options.is_some() {
            return Err(Fault::bad(
                "resource: options are taken with includeResourceData only",
            ));
        }
        return Ok(None);
    }
    let (Some(certificate), Some(id)) = (
        text("encryptionCertificate"),
        text("encryptionCertificateId"),
    ) else {
        return Err(Fault::bad(
            "encryptionCertificate and encryptionCertificateId are required with includeResourceData",
        ));
    };
    let sealing = Sealing { id, certificate };
    if sealing.id.chars().count() > ID_MAX || Key::of(&sealing).is_none() {
        return Err(Fault::bad(
            "encryptionCertificate: a base64-encoded X.509 certificate with an RSA key of 2,048 to 4,096 bits is needed",
        ));
    }
    selected(options.unwrap_or_default())?;
    Ok(Some(sealing))
}

/// Refuses options that do not say which properties are told.
fn selected(options: &str) -> Result<(), Fault> {
    let query = Query::of(options)?;
    let known = |name: &str| ["$select", "$expand"].contains(&name.to_ascii_lowercase().as_str());
    if let Some((name, _)) = query.all.iter().find(|(name, _)| !known(name)) {
        return Err(Fault::bad(format!("resource: {name} is not supported")));
    }
    let expanded = |name: &str| name.eq_ignore_ascii_case("singleValueExtendedProperties");
    if !query.expand.iter().all(|one| expanded(&one.name)) {
        return Err(Fault::bad(
            "resource: $expand is supported for singleValueExtendedProperties only",
        ));
    }
    if query.select.as_ref().is_none_or(Vec::is_empty) {
        return Err(Fault::bad(
            "resource: $select is required with includeResourceData",
        ));
    }
    if let Some(name) = NOT_TOLD.iter().find(|name| query.selects(name)) {
        return Err(Fault::bad(format!("resource: {name} cannot be selected")));
    }
    query.check("event", &fields::EVENT)
}

/// What of an event a subscription wants to be told, as it is now, sealed. `None`: nothing, or nothing that it may see.
pub async fn resource_data(app: &App, watcher: &Watcher, copy: CopyId) -> Option<Value> {
    let key = Key::of(watcher.terms.sealing.as_ref()?)?;
    let calendar = watcher.watched.calendar()?;
    let options = watcher.terms.resource.split_once('?').map(|(_, o)| o);
    let actor = reader(app, watcher)?;
    let call = Call::inside(app, actor, options.unwrap_or_default())
        .await
        .ok()?;
    let which = Which::Id(ids::of_calendar(calendar));
    let id = EventId::Whole(copy).encode();
    let (event, calendar) = events::found(&call, Some(&which), &id).await.ok()?;
    let items = Items::new(&call, &calendar).expanded().await.ok()?;
    let mut item = items.whole(&event);
    fields::shape(&mut item, &call.query);
    key.seal(Value::Object(item).to_string().as_bytes()).ok()
}

/// Whoever ordered it, who may read and no more.
fn reader(app: &App, watcher: &Watcher) -> Option<Actor> {
    let user = watcher.user?;
    let mut actor = Actor::person(app.tenant, user);
    if let Some(client) = watcher.program.clone() {
        actor.kind = Kind::Application { client, user };
    }
    actor.scopes = Some([SCOPE.to_owned(), crate::auth::READ.to_owned()].into());
    Some(actor)
}

/// By which a program knows that a notification is ours: a token for it, signed as ID tokens are.
pub async fn validation_token(app: &App, watcher: &Watcher) -> Option<String> {
    let now = app.hub.clock().now().as_second();
    let (issuer, tenant) = (oauth::issuer_at_microsoft(app), app.tenant.to_string());
    let user = watcher.user.map(|user| user.to_string());
    let claims = json!({
        "aud": watcher.program.clone().or(user),
        "iss": issuer, "idp": issuer, "iat": now, "nbf": now, "exp": now + TOKEN_SECONDS,
        "appid": PUBLISHER, "appidacr": "2", "tid": tenant, "uti": app.hub.ids().token(), "ver": "1.0",
    });
    let signed = app.identity.sign_id_token(&claims).await;
    signed
        .inspect_err(|error| tracing::error!(%error, "a notification could not be signed"))
        .ok()
}

/// What data is sealed for.
struct Key {
    id: String,
    /// SHA-1 of the certificate, by which programs find their own.
    thumbprint: String,
    public: OaepPublicEncryptingKey,
}

impl Key {
    /// The key of a certificate. `None`: it is none, or its key is not one that is taken.
    fn of(sealing: &Sealing) -> Option<Self> {
        if sealing.certificate.len() > CERTIFICATE_MAX {
            return None;
        }
        let der = BASE64_STANDARD.decode(&sealing.certificate).ok()?;
        let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &der);
        let digits = hash.as_ref().iter().flat_map(|b| [b >> 4, b & 15]);
        let digits = digits.filter_map(|digit| char::from_digit(u32::from(digit), 16));
        let thumbprint = digits.map(|digit| digit.to_ascii_uppercase()).collect();
        let der = CertificateDer::from(der);
        let parsed = ParsedCertificate::try_from(&der).ok()?;
        let public = PublicEncryptingKey::from_der(&parsed.subject_public_key_info()).ok()?;
        if !KEY_BITS.contains(&public.key_size_bits()) {
            return None;
        }
        Some(Self {
            id: sealing.id.clone(),
            thumbprint,
            public: OaepPublicEncryptingKey::new(public).ok()?,
        })
    }

    /// AES-256-CBC under a key of its own, whose first half is the first block's; that key by RSA-OAEP; and an HMAC of what
    /// came of it, under the same key. That is what Graph's clients expect.
    fn seal(&self, plain: &[u8]) -> Result<Value, Unspecified> {
        let mut key = [0; AES_256_KEY_LEN];
        rand::fill(&mut key)?;
        let mut data = plain.to_vec();
        let cipher = PaddedBlockEncryptingKey::cbc_pkcs7(UnboundCipherKey::new(&AES_256, &key)?)?;
        let first: [u8; AES_CBC_IV_LEN] =
            key[..AES_CBC_IV_LEN].try_into().map_err(|_| Unspecified)?;
        let context = EncryptionContext::Iv128(FixedLength::from(first));
        cipher.less_safe_encrypt(&mut data, context)?;
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &data);
        let mut wrapped = vec![0; self.public.ciphertext_size()];
        let wrapped = self
            .public
            .encrypt(&OAEP_SHA1_MGF1SHA1, &key, &mut wrapped, None)?;
        Ok(json!({
            "data": BASE64_STANDARD.encode(&data),
            "dataKey": BASE64_STANDARD.encode(wrapped),
            "dataSignature": BASE64_STANDARD.encode(signature),
            "encryptionCertificateId": self.id,
            "encryptionCertificateThumbprint": self.thumbprint,
        }))
    }
}
