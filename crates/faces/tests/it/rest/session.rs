//! Signing in: by a link, by a password; what a cookie may do; setting the password.

use serde_json::json;

use super::world::{Answer, World};

fn cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie");
    assert!(
        set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Secure"),
        "{set}"
    );
    set.split(';').next().unwrap().to_owned()
}

/// Opens a fresh link.
async fn by_link(world: &World) -> String {
    let token = world.identity.make_welcome(world.user.id, 600).await;
    let path = format!("/welcome?token={}", token.unwrap());
    let answer = world.ask("GET", &path).cookie("").send().await;
    assert_eq!((answer.status, answer.header("location")), (303, "/"));
    cookie(&answer)
}

async fn set_password(world: &World, cookie: &str, body: serde_json::Value) -> Answer {
    let ask = world.ask("PUT", "/api/v1/me/password").cookie(cookie);
    ask.header("x-kalends-csrf", "1").json(&body).send().await
}

async fn sign_in(world: &World, password: &str) -> Answer {
    let form = json!({"email": "ada@example.com", "password": password});
    world.post("/api/v1/session", &form).await
}

#[tokio::test]
async fn a_link_signs_in_once() {
    for world in World::all().await {
        assert_eq!(
            world
                .ask("GET", "/api/v1/me")
                .cookie("")
                .send()
                .await
                .problem(),
            (401, "")
        );
        let token = world
            .identity
            .make_welcome(world.user.id, 600)
            .await
            .unwrap();
        let path = format!("/welcome?token={token}");
        let session = cookie(&world.ask("GET", &path).cookie("").send().await);
        let me = world.ask("GET", "/api/v1/me").cookie(&session).send().await;
        assert_eq!(me.ok()["email"], "ada@example.com");
        let again = world.ask("GET", &path).cookie("").send().await;
        assert_eq!((again.status, again.header("set-cookie")), (303, ""));
        let late = world.identity.make_welcome(world.user.id, 600).await;
        world.clock.forward(601);
        let path = format!("/welcome?token={}", late.unwrap());
        let late = world.ask("GET", &path).cookie("").send().await;
        assert_eq!(late.header("set-cookie"), "");
        let out = world.ask("DELETE", "/api/v1/session").cookie(&session);
        assert_eq!(out.send().await.status, 204);
        let me = world.ask("GET", "/api/v1/me").cookie(&session).send().await;
        assert_eq!(me.problem(), (401, ""));
    }
}

#[tokio::test]
async fn a_cookie_alone_changes_nothing() {
    let world = World::sqlite().await;
    let session = by_link(&world).await;
    let form = json!({"name": "Forged"});
    let ask = || world.ask("POST", "/api/v1/calendars").cookie(&session);
    assert_eq!(ask().json(&form).send().await.problem(), (403, ""));
    let ask = ask().header("x-kalends-csrf", "1").json(&form);
    assert_eq!(ask.send().await.status, 201);
    let names = world.get("/api/v1/calendars").await;
    assert_eq!(names.as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn whoever_has_no_password_sets_one_and_signs_in_with_it() {
    for world in World::all().await {
        assert_eq!(sign_in(&world, "").await.problem(), (401, ""));
        let session = by_link(&world).await;
        assert_eq!(world.get("/api/v1/me").await["hasPassword"], false);
        let short = set_password(&world, &session, json!({"password": "short"})).await;
        assert_eq!(short.problem(), (400, "password"));
        let done = set_password(&world, &session, json!({"password": "a long one"})).await;
        assert_eq!(done.status, 204);
        // The old session is over, and this browser has a new one.
        let world = &world;
        let me = |session: String| async move {
            let ask = world.ask("GET", "/api/v1/me").cookie(&session);
            ask.send().await.status
        };
        assert_eq!(me(session).await, 401);
        assert_eq!(me(cookie(&done)).await, 200);
        assert_eq!(sign_in(world, "a long one").await.status, 204);
        assert_eq!(world.get("/api/v1/me").await["hasPassword"], true);
    }
}

#[tokio::test]
async fn another_password_needs_the_one_so_far_or_a_fresh_link() {
    for world in World::all().await {
        world
            .identity
            .set_password(world.user.id, Some("the first".to_owned()))
            .await
            .unwrap();
        let session = cookie(&sign_in(&world, "the first").await);
        for wrong in [
            json!({"password": "the second"}),
            json!({"password": "the second", "current": "a guess"}),
        ] {
            let refused = set_password(&world, &session, wrong).await;
            assert_eq!(refused.problem(), (403, "current"));
        }
        let right = json!({"password": "the second", "current": "the first"});
        let done = set_password(&world, &session, right).await;
        assert_eq!(done.status, 204);
        assert_eq!(sign_in(&world, "the first").await.status, 401);
        // Who has forgotten it comes by a link, and is believed for a day, once.
        let linked = by_link(&world).await;
        let forgot = json!({"password": "the third"});
        let done = set_password(&world, &linked, forgot.clone()).await;
        assert_eq!(done.status, 204);
        let next = set_password(&world, &cookie(&done), forgot.clone()).await;
        assert_eq!(next.problem(), (403, "current"));
        let linked = by_link(&world).await;
        world.clock.forward(86_401);
        let late = set_password(&world, &linked, forgot).await;
        assert_eq!(late.problem(), (403, "current"));
    }
}

#[tokio::test]
async fn a_program_sets_no_password() {
    let world = World::sqlite().await;
    let scopes = ["calendar.write".to_owned()].into();
    let token = world
        .identity
        .new_api_token(world.user.id, "program", scopes);
    let token = format!("Bearer {}", token.await.unwrap());
    let ask = world.ask("PUT", "/api/v1/me/password").cookie("");
    let ask = ask.header("authorization", &token);
    let refused = ask
        .json(&json!({"password": "mine from now on"}))
        .send()
        .await;
    assert_eq!(refused.problem(), (403, ""));
}
