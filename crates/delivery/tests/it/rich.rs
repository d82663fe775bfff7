//! What changed, told along and sealed.

use std::time::Duration;

use aws_lc_rs::{
    cipher::{AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey},
    digest, hmac,
    iv::FixedLength,
    rsa::{OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, PrivateDecryptingKey},
};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use faces::{Flavour, Sealing, Terms, Watcher, Watchers};
use hub::Access;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{house::House, life::Listener};

/// Somebody's certificate, and its key.
struct Own {
    certificate: String,
    key: OaepPrivateDecryptingKey,
}

impl Own {
    fn new() -> Self {
        let pair = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let params = CertificateParams::new(Vec::new()).unwrap();
        let certificate = params.self_signed(&pair).unwrap();
        let key = PrivateDecryptingKey::from_pkcs8(&pair.serialize_der()).unwrap();
        Self {
            certificate: BASE64_STANDARD.encode(certificate.der()),
            key: OaepPrivateDecryptingKey::new(key).unwrap(),
        }
    }

    fn thumbprint(&self) -> String {
        let der = BASE64_STANDARD.decode(&self.certificate).unwrap();
        let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &der);
        let digits: Vec<String> = hash.as_ref().iter().map(|b| format!("{b:02X}")).collect();
        digits.concat()
    }

    /// As Microsoft's guide has it opened.
    fn open(&self, sealed: &Value) -> Value {
        let bytes = |name: &str| BASE64_STANDARD.decode(sealed[name].as_str().unwrap());
        let mut key = vec![0; self.key.min_output_size()];
        let wrapped = bytes("dataKey").unwrap();
        let opened = self
            .key
            .decrypt(&OAEP_SHA1_MGF1SHA1, &wrapped, &mut key, None);
        let key: [u8; 32] = (*opened.unwrap()).try_into().unwrap();
        let mut data = bytes("data").unwrap();
        let signed = bytes("dataSignature").unwrap();
        hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &key), &data, &signed).unwrap();
        let first: [u8; 16] = key[..16].try_into().unwrap();
        let cipher = UnboundCipherKey::new(&AES_256, &key).unwrap();
        let cipher = PaddedBlockDecryptingKey::cbc_pkcs7(cipher).unwrap();
        let context = DecryptionContext::Iv128(FixedLength::from(first));
        serde_json::from_slice(cipher.decrypt(&mut data, context).unwrap()).unwrap()
    }
}

fn order(house: &House, listener: &Listener, own: &Own) -> Watcher {
    let order = house.order();
    Watcher {
        address: format!("{}/changes", listener.root),
        flavour: Flavour::Graph,
        terms: Terms {
            resource: "me/events?$select=subject,start".into(),
            sealing: Some(Sealing {
                id: "mine".into(),
                certificate: own.certificate.clone(),
            }),
            ..Terms::default()
        },
        program: Some("crm".into()),
        ..order
    }
}

/// The whole body of the next message.
async fn body(listener: &mut Listener) -> Value {
    let next = timeout(Duration::from_secs(10), listener.arrived.recv());
    next.await.unwrap().unwrap().1
}

#[tokio::test]
async fn what_was_chosen_of_an_event_is_told_to_the_holder_of_the_key() {
    let (house, mut listener) = (House::new().await, Listener::start().await);
    let own = Own::new();
    house.let_in("crm").await;
    let notifier = house.notifier();
    let order = order(&house, &listener, &own);
    notifier.open(order.clone()).await.unwrap();
    assert_eq!(notifier.get(order.id).await, Some(order));
    tokio::spawn(house.notifier().showing(house.app()).run());
    house.change("secret title").await;
    let body = body(&mut listener).await;
    assert!(!body.to_string().contains("secret title"));
    let sealed = &body["value"][0]["encryptedContent"];
    assert_eq!(sealed["encryptionCertificateId"], "mine");
    assert_eq!(sealed["encryptionCertificateThumbprint"], own.thumbprint());
    let told = own.open(sealed);
    assert_eq!(told["subject"], "secret title");
    let start = json!({"dateTime": "2026-11-24T09:00:00.0000000", "timeZone": "UTC"});
    assert_eq!(told["start"], start);
    assert_eq!(told["id"], body["value"][0]["resourceData"]["id"]);
    assert_eq!(told.get("end"), None, "it was not chosen");

    let token = body["validationTokens"][0].as_str().unwrap();
    let claims = token.split('.').nth(1).unwrap();
    let claims: Value =
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!(claims["aud"], "crm");
    assert_eq!(claims["appid"], "0bf30f3b-4a52-48df-9a82-234910c4a086");
    let issuer = format!(
        "https://hub.example/{}/v2.0",
        claims["tid"].as_str().unwrap()
    );
    assert_eq!(claims["iss"], issuer);
}

#[tokio::test]
async fn what_somebody_may_not_see_is_not_told_them() {
    let (house, mut listener) = (House::new().await, Listener::start().await);
    let own = Own::new();
    let order = Watcher {
        user: house.another().await.user(),
        program: None,
        ..order(&house, &listener, &own)
    };
    house.open_to_another(Access::Read).await;
    house.notifier().open(order).await.unwrap();
    tokio::spawn(house.notifier().showing(house.app()).run());
    house.change_privately("secret title").await;
    let body = body(&mut listener).await;
    let told = own.open(&body["value"][0]["encryptedContent"]);
    assert_eq!(told["subject"], "", "{told}");
}

/// Whoever did not order it has nothing of what changed.
#[tokio::test]
async fn nobody_else_is_told_more_than_that_something_changed() {
    let (house, mut listener) = (House::new().await, Listener::start().await);
    let mut order = order(&house, &listener, &Own::new());
    (order.terms, order.program) = (Terms::default(), None);
    house.notifier().open(order).await.unwrap();
    tokio::spawn(house.notifier().showing(house.app()).run());
    house.change("secret title").await;
    let body = body(&mut listener).await;
    assert_eq!(body.get("validationTokens"), None);
    assert_eq!(body["value"][0].get("encryptedContent"), None);
}
