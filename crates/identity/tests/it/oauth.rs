//! The authorization server's grants: what a code or a refresh token gets, once, for whom, and when not.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as B64};
use kalends_identity::{
    User,
    oauth::{Client, CodeRequest, GrantError, Granted, NewClient, OFFLINE_ACCESS, Rotation},
    pkce_challenge,
};
use serde_json::{Value, json};

use crate::fixture::{World, world};

const BACK: &str = "https://app.example/back";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

struct Scene {
    w: World,
    ada: User,
    client: Client,
}

async fn scene() -> Scene {
    let w = world().await;
    let ada = w.person("ada@example.com", None).await;
    for id in ["app", "other"] {
        let new = NewClient {
            id: id.into(),
            secret: Some("s3cret".into()),
            name: "App".into(),
            redirect_uris: vec![BACK.into()],
            scopes: vec![],
        };
        w.identity.register_client(new).await.unwrap();
    }
    let client = w.identity.client("app").await.unwrap().unwrap();
    Scene { w, ada, client }
}

impl Scene {
    async fn code(&self, challenge: Option<&str>) -> String {
        let request = CodeRequest {
            client: "app".into(),
            user: self.ada.id,
            redirect_uri: BACK.into(),
            challenge: challenge.map(Into::into),
            scopes: vec!["calendar".into(), OFFLINE_ACCESS.into()],
            nonce: Some("n".into()),
        };
        self.w.identity.issue_code(request).await.unwrap()
    }

    async fn exchange(
        &self,
        client: &Client,
        code: &str,
        uri: &str,
        verifier: Option<&str>,
    ) -> Result<Granted, GrantError> {
        let identity = &self.w.identity;
        let done = identity.exchange_code(client, code, uri, verifier, Rotation::Rotate);
        done.await.unwrap()
    }

    async fn granted(&self) -> Granted {
        let code = self.code(None).await;
        self.exchange(&self.client, &code, BACK, None)
            .await
            .ok()
            .unwrap()
    }

    async fn refresh(&self, token: &str, rotation: Rotation) -> Result<Granted, GrantError> {
        let done = self.w.identity.refresh(&self.client, token, None, rotation);
        done.await.unwrap()
    }

    async fn works(&self, access: &str) -> bool {
        self.w
            .identity
            .authenticate_bearer(access)
            .await
            .unwrap()
            .is_some()
    }
}

#[tokio::test]
async fn a_code_gets_tokens_that_act_for_the_person() {
    let s = scene().await;
    let code = s.code(Some(&pkce_challenge(VERIFIER))).await;
    let granted = s
        .exchange(&s.client, &code, BACK, Some(VERIFIER))
        .await
        .ok()
        .unwrap();
    assert_eq!(
        (granted.user, granted.nonce.as_deref()),
        (s.ada.id, Some("n"))
    );
    let actor =
        s.w.identity
            .authenticate_bearer(&granted.access)
            .await
            .unwrap()
            .unwrap();
    assert_eq!(actor.user(), Some(s.ada.id));
    assert!(actor.may("calendar") && !actor.may("mail"));
    assert_eq!(actor.log_name(), format!("app:app:{}", s.ada.id));
    let refresh = granted.refresh.unwrap();
    assert!(!s.works(&refresh).await, "a refresh token calls nothing");
    s.w.clock.forward(granted.expires_in - 1);
    assert!(s.works(&granted.access).await);
    s.w.clock.forward(1);
    assert!(!s.works(&granted.access).await, "it has expired");
}

#[tokio::test]
async fn a_code_is_bound_to_client_redirect_uri_and_verifier() {
    let s = scene().await;
    let other = s.w.identity.client("other").await.unwrap().unwrap();
    let code = s.code(Some(&pkce_challenge(VERIFIER))).await;
    let right = Some(VERIFIER);
    for (client, uri, verifier, error) in [
        (&other, BACK, right, GrantError::Unknown),
        (
            &s.client,
            "https://app.example/back/",
            right,
            GrantError::RedirectUri,
        ),
        (&s.client, BACK, None, GrantError::VerifierMissing),
        (&s.client, BACK, Some("wrong"), GrantError::Verifier),
    ] {
        let got = s.exchange(client, &code, uri, verifier).await;
        assert_eq!(got.err(), Some(error));
    }
    assert!(
        s.exchange(&s.client, &code, BACK, right).await.is_ok(),
        "no failure used it up"
    );
    let unknown = s.exchange(&s.client, "nonsense", BACK, right).await;
    assert_eq!(unknown.err(), Some(GrantError::Unknown));

    let bare = s.code(None).await;
    let downgraded = s.exchange(&s.client, &bare, BACK, right).await;
    assert_eq!(
        downgraded.err(),
        Some(GrantError::Verifier),
        "its challenge was taken out"
    );
    let late = s.code(None).await;
    s.w.clock.forward(600);
    let got = s.exchange(&s.client, &late, BACK, None).await;
    assert_eq!(got.err(), Some(GrantError::Expired));
}

#[tokio::test]
async fn a_code_that_comes_twice_takes_everything_back() {
    let s = scene().await;
    let code = s.code(None).await;
    let granted = s.exchange(&s.client, &code, BACK, None).await.ok().unwrap();
    assert!(s.works(&granted.access).await);
    let again = s.exchange(&s.client, &code, BACK, None).await;
    assert_eq!(again.err(), Some(GrantError::Used));
    assert!(!s.works(&granted.access).await);
    let refreshed = s.refresh(&granted.refresh.unwrap(), Rotation::Rotate).await;
    assert_eq!(refreshed.err(), Some(GrantError::Unknown));
}

#[tokio::test]
async fn a_rotated_refresh_token_that_comes_again_revokes_the_family() {
    let s = scene().await;
    let (first, bystander) = (s.granted().await, s.granted().await);
    let old = first.refresh.unwrap();
    let second = s.refresh(&old, Rotation::Rotate).await.ok().unwrap();
    let new = second.refresh.clone().unwrap();
    assert_ne!(old, new);
    assert!(s.works(&first.access).await && s.works(&second.access).await);
    let reused = s.refresh(&old, Rotation::Rotate).await;
    assert_eq!(reused.err(), Some(GrantError::Used));
    assert!(
        !s.works(&second.access).await,
        "the thief has nothing, nor has the owner"
    );
    assert_eq!(
        s.refresh(&new, Rotation::Rotate).await.err(),
        Some(GrantError::Unknown)
    );
    assert!(s.works(&bystander.access).await, "another authorization");
}

#[tokio::test]
async fn where_tokens_are_kept_or_renewed_the_old_one_stays() {
    let s = scene().await;
    let token = s.granted().await.refresh.unwrap();
    let kept = s.refresh(&token, Rotation::Keep).await.ok().unwrap();
    assert_eq!(kept.refresh, None);
    let renewed = s.refresh(&token, Rotation::Renew).await.ok().unwrap();
    assert!(renewed.refresh.is_some_and(|new| new != token));
    assert!(s.refresh(&token, Rotation::Renew).await.is_ok());
    s.w.clock.forward(90 * 86_400);
    assert_eq!(
        s.refresh(&token, Rotation::Renew).await.err(),
        Some(GrantError::Expired)
    );
}

#[tokio::test]
async fn a_refresh_never_widens_what_was_granted() {
    let s = scene().await;
    let identity = &s.w.identity;
    let token = s.granted().await.refresh.unwrap();
    let ask = async |scopes: &[&str]| {
        let scopes = Some(scopes.iter().map(|&scope| scope.to_owned()).collect());
        identity
            .refresh(&s.client, &token, scopes, Rotation::Keep)
            .await
            .unwrap()
    };
    assert_eq!(
        ask(&["calendar", "mail"]).await.err(),
        Some(GrantError::Scope)
    );
    let less = ask(&[OFFLINE_ACCESS]).await.ok().unwrap();
    let actor = identity
        .authenticate_bearer(&less.access)
        .await
        .unwrap()
        .unwrap();
    assert!(!actor.may("calendar"));
    let other = identity.client("other").await.unwrap().unwrap();
    let stolen = identity
        .refresh(&other, &token, None, Rotation::Keep)
        .await
        .unwrap();
    assert_eq!(stolen.err(), Some(GrantError::Unknown));
    let access = s.granted().await.access;
    let wrong_kind = s.refresh(&access, Rotation::Keep).await;
    assert_eq!(wrong_kind.err(), Some(GrantError::Unknown));
}

#[tokio::test]
async fn revoking_either_token_ends_the_grant() {
    let s = scene().await;
    for by_refresh in [false, true] {
        let granted = s.granted().await;
        let refresh = granted.refresh.unwrap();
        let token = if by_refresh {
            &refresh
        } else {
            &granted.access
        };
        assert!(s.w.identity.revoke_token(token).await.unwrap());
        assert!(!s.works(&granted.access).await);
        let refreshed = s.refresh(&refresh, Rotation::Keep).await;
        assert_eq!(refreshed.err(), Some(GrantError::Unknown));
        assert!(!s.w.identity.revoke_token(token).await.unwrap());
    }
    let set_up =
        s.w.identity
            .issue_refresh("app", s.ada.id, &["calendar".into()])
            .await
            .unwrap();
    assert!(s.refresh(&set_up, Rotation::Keep).await.is_ok());
}

#[tokio::test]
async fn clients_show_their_secret() {
    let s = scene().await;
    let identity = &s.w.identity;
    let public = NewClient {
        id: "cli".into(),
        ..NewClient::default()
    };
    identity.register_client(public).await.unwrap();
    for (id, secret, right) in [
        ("app", Some("s3cret"), true),
        ("app", Some("s3cre"), false),
        ("app", Some(""), false),
        ("app", None, false),
        ("cli", None, true),
        ("cli", Some("s3cret"), false),
        ("nobody", Some("s3cret"), false),
    ] {
        let client = identity.authenticate_client(id, secret).await.unwrap();
        assert_eq!(client.is_some(), right, "{id} {secret:?}");
    }
}

#[tokio::test]
async fn id_tokens_verify_with_the_published_key() {
    let s = scene().await;
    let claims = json!({"iss": "https://id.example", "sub": "ada", "nonce": "n"});
    let token = s.w.identity.sign_id_token(&claims).await.unwrap();
    let keys = s.w.identity.signing_keys().await.unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts[..] else {
        panic!("three parts")
    };
    let json =
        |part: &str| -> Value { serde_json::from_slice(&B64.decode(part).unwrap()).unwrap() };
    let key = &keys["keys"][0];
    assert_eq!(
        (json(header)["alg"].as_str(), &json(header)["kid"]),
        (Some("RS256"), &key["kid"])
    );
    assert_eq!(json(payload), claims);
    let number = |name: &str| B64.decode(key[name].as_str().unwrap()).unwrap();
    let public = RsaPublicKeyComponents {
        n: number("n"),
        e: number("e"),
    };
    let text = format!("{header}.{payload}");
    let signature = B64.decode(signature).unwrap();
    let verify = |text: &str| {
        public
            .verify(&RSA_PKCS1_2048_8192_SHA256, text.as_bytes(), &signature)
            .is_ok()
    };
    assert!(verify(&text));
    assert!(!verify(&format!("{text}x")));
    assert_eq!(
        keys,
        s.w.identity.signing_keys().await.unwrap(),
        "made once"
    );
}

#[tokio::test]
async fn a_client_that_is_removed_is_out() {
    let s = scene().await;
    let identity = &s.w.identity;
    let code = s.code(None).await;
    let granted = s.exchange(&s.client, &code, BACK, None).await.unwrap();
    let scopes = ["calendar".to_owned()];
    let other = identity.issue_refresh("other", s.ada.id, &scopes).await;
    let other = other.unwrap();
    assert_eq!(identity.clients().await.unwrap().len(), 2);
    assert!(identity.remove_client("app").await.unwrap());
    assert!(!identity.remove_client("app").await.unwrap());
    assert_eq!(identity.client("app").await.unwrap(), None);
    let out = identity.authenticate_bearer(&granted.access).await.unwrap();
    assert_eq!(out, None);
    let token = granted.refresh.unwrap();
    let refreshed = identity.refresh(&s.client, &token, None, Rotation::Keep);
    assert_eq!(refreshed.await.unwrap().err(), Some(GrantError::Unknown));
    assert!(
        identity
            .authenticate_client("app", Some("s3cret"))
            .await
            .unwrap()
            .is_none()
    );
    let client = identity.client("other").await.unwrap().unwrap();
    let kept = identity.refresh(&client, &other, None, Rotation::Keep);
    assert!(kept.await.unwrap().is_ok(), "the other one is still in");
}
