//! People, what they sign in with, push channels, and what an authorization server keeps.

use kalends_storage::{
    Error, api_tokens, app_passwords, calendars, channels, meta,
    oauth::{clients, codes, tokens},
    one_time, sessions, users, watchers,
};
use sync::UserId;

use crate::fixture::{Fixture, at, id};

both! {
    people_sign_in_in_many_ways,
    once_is_once,
    what_an_authorization_server_keeps,
    channels_know_their_token,
    of_many_nodes_one_tells,
    secrets_by_name,
}

async fn ada(f: &Fixture) -> users::User {
    let user = users::User {
        id: UserId(id()),
        email: "Ada@Example.com".into(),
        name: "Ada".into(),
        time_zone: "Europe/Berlin".into(),
        password: Some("$argon2id$…".into()),
        roles: vec!["owner".into()],
        created: at(0),
    };
    let mut tx = f.store.write().await.unwrap();
    users::insert(&mut tx, &user).await.unwrap();
    tx.commit().await.unwrap();
    user
}

async fn people_sign_in_in_many_ways(f: Fixture) {
    let mut user = ada(&f).await;
    let mut tx = f.store.write().await.unwrap();
    user.name = "Ada L.".into();
    users::update(&mut tx, &user).await.unwrap();
    let found = users::by_email(&mut tx, " ada@example.COM ").await.unwrap();
    assert_eq!(found, Some(user.clone()));
    assert_eq!(users::get(&mut tx, user.id).await.unwrap(), found);
    assert_eq!(users::list(&mut tx).await.unwrap().len(), 1);

    let session = sessions::Session {
        user: user.id,
        created: at(0),
        expires: at(10),
    };
    let hash = tx.hash("session", "t");
    sessions::insert(&mut tx, hash, &session).await.unwrap();
    assert_eq!(sessions::get(&mut tx, hash).await.unwrap(), Some(session));
    assert_eq!(sessions::prune(&mut tx, at(9)).await.unwrap(), 0);

    let password = app_passwords::AppPassword {
        id: id(),
        user: user.id,
        name: "iPhone".into(),
        created: at(0),
        last_used: None,
    };
    let secret = tx.hash("app-password", "p");
    app_passwords::insert(&mut tx, &password, secret)
        .await
        .unwrap();
    app_passwords::touch(&mut tx, password.id, at(1))
        .await
        .unwrap();
    let found = app_passwords::by_hash(&mut tx, secret)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.last_used, Some(at(1)));
    assert_eq!(
        app_passwords::of_user(&mut tx, user.id).await.unwrap(),
        [found]
    );
    let stranger = UserId(id());
    assert!(
        !app_passwords::delete(&mut tx, stranger, password.id)
            .await
            .unwrap()
    );
    assert!(
        app_passwords::delete(&mut tx, user.id, password.id)
            .await
            .unwrap()
    );

    let token = api_tokens::ApiToken {
        id: id(),
        user: user.id,
        name: "script".into(),
        scopes: vec!["calendar".into()],
        created: at(0),
        expires: Some(at(9)),
        last_used: None,
    };
    let secret = tx.hash("token", "t");
    api_tokens::insert(&mut tx, &token, secret).await.unwrap();
    assert_eq!(
        api_tokens::by_hash(&mut tx, secret).await.unwrap(),
        Some(token)
    );

    users::delete(&mut tx, user.id).await.unwrap();
    assert_eq!(sessions::get(&mut tx, hash).await.unwrap(), None);
    assert_eq!(api_tokens::by_hash(&mut tx, secret).await.unwrap(), None);
    tx.commit().await.unwrap();
    ada(&f).await;
    let mut tx = f.store.write().await.unwrap();
    let twin = users::User {
        id: UserId(id()),
        email: "ADA@example.com".into(),
        ..user
    };
    let error = users::insert(&mut tx, &twin).await.unwrap_err();
    assert!(matches!(error, Error::Exists), "{error}");
}

async fn once_is_once(f: Fixture) {
    let mut tx = f.store.write().await.unwrap();
    for (token, expires) in [("a", 10), ("b", 5)] {
        let hash = tx.hash("welcome", token);
        one_time::insert(&mut tx, "welcome", hash, b"data", at(expires))
            .await
            .unwrap();
    }
    let (a, b) = (tx.hash("welcome", "a"), tx.hash("welcome", "b"));
    assert_eq!(
        one_time::take(&mut tx, "oauth", a, at(5)).await.unwrap(),
        None
    );
    let data = one_time::take(&mut tx, "welcome", a, at(5)).await.unwrap();
    assert_eq!(data.unwrap().as_slice(), b"data");
    assert_eq!(
        one_time::take(&mut tx, "welcome", a, at(5)).await.unwrap(),
        None,
        "once"
    );
    assert_eq!(
        one_time::take(&mut tx, "welcome", b, at(5)).await.unwrap(),
        None,
        "too late"
    );
    assert_eq!(one_time::prune(&mut tx, at(99)).await.unwrap(), 0);
}

async fn what_an_authorization_server_keeps(f: Fixture) {
    let user = ada(&f).await.id;
    let mut tx = f.store.write().await.unwrap();
    let client = clients::Client {
        id: "app".into(),
        secret_hash: Some([1; 32]),
        name: "App".into(),
        redirect_uris: vec!["https://app.example/cb".into()],
        scopes: vec![],
        created: at(0),
    };
    clients::put(
        &mut tx,
        &clients::Client {
            name: "Old".into(),
            ..client.clone()
        },
    )
    .await
    .unwrap();
    clients::put(&mut tx, &client).await.unwrap();
    assert_eq!(
        clients::get(&mut tx, "app").await.unwrap(),
        Some(client.clone())
    );
    assert_eq!(clients::list(&mut tx).await.unwrap(), [client]);
    clients::delete(&mut tx, "app").await.unwrap();
    assert_eq!(clients::get(&mut tx, "app").await.unwrap(), None);

    let code = codes::Code {
        client: "app".into(),
        user,
        redirect_uri: "https://app.example/cb".into(),
        challenge: Some("c".into()),
        scopes: vec!["calendar".into()],
        nonce: None,
        family: id(),
        expires: at(60),
    };
    codes::insert(&mut tx, [2; 32], &code).await.unwrap();
    assert!(codes::use_up(&mut tx, [2; 32]).await.unwrap());
    assert!(!codes::use_up(&mut tx, [2; 32]).await.unwrap(), "once");
    assert_eq!(
        codes::get(&mut tx, [2; 32]).await.unwrap(),
        Some(code.clone())
    );
    assert_eq!(codes::prune(&mut tx, at(60)).await.unwrap(), 1);

    let token = tokens::Token {
        kind: tokens::Kind::Refresh,
        family: code.family,
        client: "app".into(),
        user,
        scopes: vec!["calendar".into()],
        issued: at(0),
        expires: None,
        used: false,
    };
    tokens::insert(&mut tx, [3; 32], &token).await.unwrap();
    assert!(tokens::use_up(&mut tx, [3; 32]).await.unwrap());
    assert!(!tokens::use_up(&mut tx, [3; 32]).await.unwrap());
    let found = tokens::get(&mut tx, [3; 32]).await.unwrap();
    assert_eq!(
        found,
        Some(tokens::Token {
            used: true,
            ..token.clone()
        })
    );
    assert_eq!(tokens::of_user(&mut tx, user).await.unwrap().len(), 1);
    let access = tokens::Token {
        kind: tokens::Kind::Access,
        expires: Some(at(9)),
        ..token
    };
    tokens::insert(&mut tx, [4; 32], &access).await.unwrap();
    assert_eq!(tokens::delete_access(&mut tx).await.unwrap(), 1);
    tokens::insert(&mut tx, [4; 32], &access).await.unwrap();
    assert_eq!(tokens::prune(&mut tx, at(9)).await.unwrap(), 1);
    assert_eq!(
        tokens::delete_family(&mut tx, code.family).await.unwrap(),
        1
    );
    tokens::delete(&mut tx, [3; 32]).await.unwrap();
}

async fn of_many_nodes_one_tells(f: Fixture) {
    let calendar = f.calendar().await;
    let watcher = |expires| watchers::Watcher {
        id: id(),
        calendar: Some(calendar),
        expires,
        position: 5,
        number: 1,
        seen: None,
        due: None,
        content: b"whom".to_vec(),
    };
    let (long, short) = (watcher(at(100)), watcher(at(10)));
    let mut tx = f.store.write().await.unwrap();
    watchers::insert(&mut tx, &long).await.unwrap();
    watchers::insert(&mut tx, &short).await.unwrap();
    for (up_to, told) in [(5, false), (8, true), (8, false), (7, false), (9, true)] {
        let claimed = watchers::claim(&mut tx, long.id, up_to).await.unwrap();
        assert_eq!(claimed, told, "up to {up_to}");
    }
    let now = watchers::get(&mut tx, long.id).await.unwrap().unwrap();
    assert_eq!((now.position, now.number), (9, 3));
    assert_eq!(now.content, long.content);
    watchers::pass(&mut tx, long.id, 11).await.unwrap();
    watchers::pass(&mut tx, long.id, 10).await.unwrap();
    watchers::saw(&mut tx, long.id, [3; 32]).await.unwrap();
    let now = watchers::get(&mut tx, long.id).await.unwrap().unwrap();
    assert_eq!((now.position, now.number), (11, 3));
    assert_eq!((long.seen, now.seen), (None, Some([3; 32])));
    let living = watchers::living(&mut tx, at(10)).await.unwrap();
    assert_eq!(living.len(), 1, "one has ended");
    // It outlives its calendar, for whoever is to be told that this is gone.
    calendars::delete(&mut tx, calendar).await.unwrap();
    let now = watchers::get(&mut tx, long.id).await.unwrap().unwrap();
    assert_eq!((now.calendar, now.content), (Some(calendar), long.content));
    let renewed = watchers::Watcher {
        expires: at(20),
        due: Some(at(15)),
        content: b"whom else".to_vec(),
        ..short.clone()
    };
    assert!(watchers::renew(&mut tx, &renewed).await.unwrap());
    let now = watchers::get(&mut tx, short.id).await.unwrap();
    assert!(now == Some(renewed.clone()));
    for (now, asked) in [(14, false), (15, true), (15, false), (99, false)] {
        let told = watchers::ask(&mut tx, short.id, at(now), None).await;
        assert_eq!(told.unwrap(), asked, "at {now}");
    }
    let unknown = watchers::Watcher {
        id: id(),
        ..renewed
    };
    assert!(!watchers::renew(&mut tx, &unknown).await.unwrap());
    assert_eq!(watchers::prune(&mut tx, at(19)).await.unwrap(), 0);
    assert_eq!(watchers::prune(&mut tx, at(20)).await.unwrap(), 1);
    assert!(watchers::delete(&mut tx, long.id).await.unwrap());
    assert!(!watchers::delete(&mut tx, long.id).await.unwrap());
    assert!(!watchers::claim(&mut tx, long.id, 99).await.unwrap());
}

async fn channels_know_their_token(f: Fixture) {
    let calendar = f.calendar().await;
    let mut channel = channels::Channel {
        id: id(),
        calendar,
        token: "t0ken".into(),
        resource: "res".into(),
        expires: at(100),
        renew_at: at(50),
        state: channels::State::Pending,
        last_message: None,
    };
    assert!(!format!("{channel:?}").contains("t0ken"));
    let mut tx = f.store.write().await.unwrap();
    channels::insert(&mut tx, &channel).await.unwrap();
    channel.state = channels::State::Active;
    channel.last_message = Some(at(1));
    channels::update(&mut tx, &channel).await.unwrap();
    let found = channels::get(&mut tx, channel.id).await.unwrap().unwrap();
    assert!(found.bears_token("t0ken") && !found.bears_token("t0ke") && !found.bears_token(""));
    assert_eq!(
        (found.state, found.last_message),
        (channel.state, channel.last_message)
    );
    assert_eq!(
        channels::of_calendar(&mut tx, calendar)
            .await
            .unwrap()
            .len(),
        1
    );
    assert!(
        channels::by_token(&mut tx, "t0ken")
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        channels::by_token(&mut tx, "other")
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        channels::expiring(&mut tx, at(50))
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(channels::expiring(&mut tx, at(51)).await.unwrap().len(), 1);
    channels::delete(&mut tx, channel.id).await.unwrap();
    assert!(channels::get(&mut tx, channel.id).await.unwrap().is_none());
}

async fn secrets_by_name(f: Fixture) {
    let mut tx = f.store.write().await.unwrap();
    assert_eq!(meta::get_secret(&mut tx, "signing").await.unwrap(), None);
    meta::set_secret(&mut tx, "signing", b"old").await.unwrap();
    meta::set_secret(&mut tx, "signing", b"new").await.unwrap();
    let found = meta::get_secret(&mut tx, "signing").await.unwrap();
    assert_eq!(found.unwrap().as_slice(), b"new");
}
