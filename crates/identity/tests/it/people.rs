//! Every way to prove who one is, and every way in which it must fail.

use std::collections::BTreeSet;

use kalends_identity::{Actor, Error, Identity, Kind, NewUser};

use crate::fixture::world;

#[tokio::test]
async fn a_password_signs_in_and_nothing_else_does() {
    let w = world().await;
    let ada = w.person("Ada@Example.com", Some("correct horse")).await;
    let ben = w.person("ben@example.com", None).await;
    let sign_in =
        async |email: &str, password: &str| w.identity.sign_in(email, password, 60).await.unwrap();
    let token = sign_in(" ada@example.COM", "correct horse").await.unwrap();
    assert_eq!(token.len(), 43, "256 bits in base64");
    let actor = w
        .identity
        .authenticate_session(&token)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(actor.user(), Some(ada.id));
    assert!(
        actor.may("anything"),
        "a person who has signed in has no scopes"
    );
    assert_eq!(actor.log_name(), format!("user:{}", ada.id));
    assert_eq!(
        w.identity.user_of(&actor).await.unwrap().unwrap().email,
        "ada@example.com"
    );

    assert_eq!(sign_in("ada@example.com", "correct horsf").await, None);
    assert_eq!(sign_in("ada@example.com", "").await, None);
    assert_eq!(sign_in("ada@example.com", &"x".repeat(2000)).await, None);
    assert_eq!(sign_in("nobody@example.com", "correct horse").await, None);
    assert_eq!(
        sign_in("ben@example.com", "").await,
        None,
        "he has no password: {ben:?}"
    );
    assert_eq!(w.identity.authenticate_session("").await.unwrap(), None);
    assert_eq!(
        w.identity.authenticate_session(&token[1..]).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn sessions_end_in_time_at_sign_out_and_with_the_password() {
    let w = world().await;
    let ada = w.person("ada@example.com", Some("correct horse")).await;
    let begin = async || w.identity.begin_session(ada.id, 60).await.unwrap();
    let lives = async |token: &str| {
        w.identity
            .authenticate_session(token)
            .await
            .unwrap()
            .is_some()
    };
    let (a, b) = (begin().await, begin().await);
    w.identity.sign_out(&a).await.unwrap();
    assert!(!lives(&a).await && lives(&b).await);
    w.clock.forward(59);
    assert!(lives(&b).await);
    let c = begin().await;
    w.clock.forward(1);
    assert!(!lives(&b).await && lives(&c).await);
    assert_eq!(w.identity.prune().await.unwrap(), 1);
    w.identity
        .set_password(ada.id, Some("another one".into()))
        .await
        .unwrap();
    assert!(!lives(&c).await, "whoever knew the old password is out");
    let old = w
        .identity
        .sign_in("ada@example.com", "correct horse", 60)
        .await;
    assert_eq!(old.unwrap(), None);
    let new = w
        .identity
        .sign_in("ada@example.com", "another one", 60)
        .await;
    assert!(new.unwrap().is_some());
}

#[tokio::test]
async fn people_are_made_with_sense() {
    let w = world().await;
    w.person("ada@example.com", None).await;
    let make = async |email: &str, password: Option<&str>| {
        let new = NewUser {
            email: email.into(),
            password: password.map(Into::into),
            ..NewUser::default()
        };
        w.identity.create_user(new).await.map(|_| ()).unwrap_err()
    };
    let error = make("ADA@example.com", None).await;
    assert!(
        matches!(error, Error::Storage(storage::Error::Exists)),
        "{error}"
    );
    assert!(matches!(
        make("ada", None).await,
        Error::Invalid { field: "email", .. }
    ));
    for bad in ["short", &"x".repeat(1025)] {
        let error = make("b@example.com", Some(bad)).await;
        assert!(
            matches!(
                error,
                Error::Invalid {
                    field: "password",
                    ..
                }
            ),
            "{error}"
        );
    }
    assert_eq!(w.identity.users().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_welcome_link_works_once_and_not_for_ever() {
    let w = world().await;
    let ada = w.person("ada@example.com", None).await;
    let link = w.identity.make_welcome(ada.id, 60).await.unwrap();
    let session = w.identity.welcome(&link, 60).await.unwrap().unwrap();
    let actor = w.identity.authenticate_session(&session).await.unwrap();
    assert_eq!(actor.unwrap().user(), Some(ada.id));
    assert_eq!(w.identity.welcome(&link, 60).await.unwrap(), None, "once");
    let late = w.identity.make_welcome(ada.id, 60).await.unwrap();
    w.clock.forward(60);
    assert_eq!(
        w.identity.welcome(&late, 60).await.unwrap(),
        None,
        "too late"
    );
    assert_eq!(w.identity.welcome("", 60).await.unwrap(), None);
}

#[tokio::test]
async fn app_passwords_belong_to_one_person() {
    let w = world().await;
    let ada = w.person("ada@example.com", Some("correct horse")).await;
    let ben = w.person("ben@example.com", None).await;
    let basic = async |name: &str, secret: &str| {
        w.identity
            .authenticate_basic(name, secret)
            .await
            .unwrap()
            .map(|(_, user)| user.id)
    };
    let secret = w.identity.new_app_password(ada.id, "iPhone").await.unwrap();
    assert_eq!(basic("Ada@example.com", &secret).await, Some(ada.id));
    assert_eq!(basic("ben@example.com", &secret).await, None);
    assert_eq!(
        basic("ada@example.com", "correct horse").await,
        None,
        "not the account's password"
    );
    assert_eq!(basic("ada@example.com", "").await, None);

    // Stand-ins give everybody the same one.
    for user in [ada.id, ben.id] {
        w.identity
            .keep_app_password(user, "fixed", "let-me-in")
            .await
            .unwrap();
    }
    assert_eq!(basic("ada@example.com", "let-me-in").await, Some(ada.id));
    assert_eq!(basic("ben@example.com", "let-me-in").await, Some(ben.id));

    let listed = w.identity.app_passwords(ada.id).await.unwrap();
    let phone = listed.iter().find(|p| p.name == "iPhone").unwrap();
    let first_used = phone.last_used;
    assert!(first_used.is_some());
    for (seconds, noted) in [(60, false), (3_600, true)] {
        w.clock.forward(seconds);
        basic("ada@example.com", &secret).await;
        let listed = w.identity.app_passwords(ada.id).await.unwrap();
        let now = listed.iter().find(|p| p.id == phone.id).unwrap().last_used;
        assert_eq!(now > first_used, noted, "after {seconds} s");
    }
    assert!(
        !w.identity
            .remove_app_password(ben.id, phone.id)
            .await
            .unwrap()
    );
    assert!(
        w.identity
            .remove_app_password(ada.id, phone.id)
            .await
            .unwrap()
    );
    assert_eq!(basic("ada@example.com", &secret).await, None);
}

#[tokio::test]
async fn api_tokens_carry_their_scopes() {
    let w = world().await;
    let ada = w.person("ada@example.com", None).await;
    let scopes = BTreeSet::from(["calendar.read".to_owned()]);
    let token = w
        .identity
        .new_api_token(ada.id, "script", scopes)
        .await
        .unwrap();
    let actor = w
        .identity
        .authenticate_bearer(&token)
        .await
        .unwrap()
        .unwrap();
    assert!(actor.may("calendar.read") && !actor.may("calendar.write"));
    let all = w
        .identity
        .new_api_token(ada.id, "all", BTreeSet::new())
        .await
        .unwrap();
    let actor = w.identity.authenticate_bearer(&all).await.unwrap().unwrap();
    assert!(actor.may("calendar.write"));
    assert_eq!(
        w.identity.authenticate_bearer("nonsense").await.unwrap(),
        None
    );
    let listed = w.identity.api_tokens(ada.id).await.unwrap();
    assert!(
        w.identity
            .remove_api_token(ada.id, listed[0].id)
            .await
            .unwrap()
    );
    let left = w.identity.api_tokens(ada.id).await.unwrap();
    assert_eq!(left.len(), 1);
    let session = w.identity.begin_session(ada.id, 60).await.unwrap();
    assert_eq!(
        w.identity.authenticate_bearer(&session).await.unwrap(),
        None,
        "another purpose"
    );
}

#[tokio::test]
async fn tenants_are_apart() {
    let w = world().await;
    let ada = w.person("ada@example.com", None).await;
    let token = w.identity.begin_session(ada.id, 60).await.unwrap();
    let other = w.stores.create_tenant("Other").await.unwrap();
    let ids = std::sync::Arc::new(kalends_identity::SystemIds);
    let stranger = Identity::new(other, w.clock.clone(), ids);
    assert_eq!(stranger.authenticate_session(&token).await.unwrap(), None);
    assert_eq!(stranger.users().await.unwrap(), []);
}

#[test]
fn an_application_is_named_with_its_person() {
    let tenant = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
    let user = "01890a5d-ac96-774b-bcce-b302099a8058".parse().unwrap();
    let actor = Actor {
        kind: Kind::Application {
            client: "cli".into(),
            user,
        },
        scopes: Some(BTreeSet::from(["a".to_owned()])),
        ..Actor::system(tenant)
    };
    assert_eq!(actor.log_name(), format!("app:cli:{user}"));
    assert_eq!(actor.user(), Some(user));
    assert!(actor.may("a") && !actor.may("b"));
    assert_eq!(Actor::system(tenant).user(), None);
    assert_eq!(Actor::system(tenant).log_name(), "system");
}
