//! Connecting accounts: with a password, and on the provider's own page.

use serde_json::{Value, json};

use super::{
    provider::{CODE, PASSWORD},
    world::{Answer, World, list, text},
};

fn account(password: &str) -> Value {
    json!({"provider": "server", "url": "https://dav.example/", "username": "ada", "password": password})
}

#[tokio::test]
async fn an_account_with_a_password_is_connected_and_forgotten() {
    for world in World::all().await {
        let providers = world.get("/api/v1/providers").await;
        assert_eq!(providers[0]["auth"], "oauth");
        assert_eq!(providers[1]["presets"][0]["url"], "https://dav.example/");
        let wrong = world.post("/api/v1/connections", &account("a guess")).await;
        assert_eq!(wrong.problem(), (502, ""));
        assert!(!wrong.body.to_string().contains("a guess"));
        let mut half = account(PASSWORD);
        half.as_object_mut().unwrap().remove("username");
        let half = world.post("/api/v1/connections", &half).await;
        assert_eq!(half.problem(), (400, "username"));
        let unknown = json!({"provider": "nobody"});
        let unknown = world.post("/api/v1/connections", &unknown).await;
        assert_eq!(unknown.problem(), (400, "provider"));
        let made = world.post("/api/v1/connections", &account(PASSWORD)).await;
        assert_eq!(made.status, 201);
        let id = text(&made.body["id"]);
        let listed = world.get("/api/v1/connections").await;
        assert_eq!(text(&listed[0]["id"]), id);
        assert_eq!(
            (&listed[0]["account"], &listed[0]["calendars"]),
            (&json!("ada"), &json!(1))
        );
        assert_eq!(listed[0]["state"], "ok");
        assert!(!listed.to_string().contains(PASSWORD));
        let sync = world.ask("POST", &format!("/api/v1/connections/{id}/sync"));
        assert_eq!(sync.send().await.status, 202);
        let calendars = list(&world.get("/api/v1/calendars").await);
        let theirs = calendars
            .iter()
            .find(|c| c["connection"] == json!(id))
            .unwrap();
        assert_eq!(
            (&theirs["name"], &theirs["provider"]),
            (&json!("Work"), &json!("server"))
        );
        let path = format!("/api/v1/calendars/{}", text(&theirs["id"]));
        assert_eq!(world.ask("DELETE", &path).send().await.problem(), (403, ""));
        let gone = world.ask("DELETE", &format!("/api/v1/connections/{id}"));
        assert_eq!(gone.send().await.status, 204);
        assert!(list(&world.get("/api/v1/connections").await).is_empty());
        assert_eq!(list(&world.get("/api/v1/calendars").await).len(), 2);
    }
}

/// Begins to connect, and returns the state that the provider will send back.
async fn begin(world: &World) -> String {
    let begun = world
        .post("/api/v1/connections", &json!({"provider": "page"}))
        .await;
    assert_eq!(begun.status, 202);
    let url = text(&begun.body["authorizeUrl"]);
    url.strip_prefix("https://page.example/?state=")
        .unwrap()
        .to_owned()
}

async fn come_back(world: &World, query: &str) -> Answer {
    let answer = world.ask("GET", &format!("/oauth/callback?{query}"));
    let answer = answer.send().await;
    assert_eq!(answer.status, 303, "{answer:#?}");
    answer
}

/// What the page is told.
fn refused(answer: &Answer) -> String {
    let place = answer.header("location");
    let told = place.strip_prefix("/connections?refused=").unwrap();
    percent_encoding::percent_decode_str(told)
        .decode_utf8()
        .unwrap()
        .into_owned()
}

#[tokio::test]
async fn an_account_is_connected_on_the_providers_page() {
    for world in World::all().await {
        let state = begin(&world).await;
        let answer = come_back(&world, &format!("state={state}&code={CODE}")).await;
        assert_eq!(answer.header("location"), "/connections");
        let listed = world.get("/api/v1/connections").await;
        assert_eq!(listed[0]["provider"], "page");
        assert_eq!(listed[0]["account"], "ada@page.example");
        // The state is used up.
        let answer = come_back(&world, &format!("state={state}&code={CODE}")).await;
        assert!(refused(&answer).contains("connect again"));
    }
}

#[tokio::test]
async fn a_refusal_is_told_on_the_connections_page() {
    let world = World::sqlite().await;
    let denied = come_back(&world, "error=access_denied").await;
    assert_eq!(refused(&denied), "access was not granted");
    let odd = come_back(&world, "error=server%3Cb%3E_error").await;
    assert_eq!(
        refused(&odd),
        "the provider refused (serverb_error): connect again"
    );
    let state = begin(&world).await;
    let failed = come_back(&world, &format!("state={state}&code=stolen-code")).await;
    let told = refused(&failed);
    assert!(told.contains("connect the account again"), "{told}");
    assert!(!told.contains("stolen-code") && !told.contains(&state));
    let nothing = come_back(&world, "state=x").await;
    assert!(refused(&nothing).contains("no code"));
    let late = begin(&world).await;
    world.clock.forward(901);
    let late = come_back(&world, &format!("state={late}&code={CODE}")).await;
    assert!(refused(&late).contains("took too long"));
    let ask = world
        .ask("GET", "/oauth/callback?state=x&code=y")
        .cookie("");
    assert!(refused(&ask.send().await).contains("sign in"));
    assert!(list(&world.get("/api/v1/connections").await).is_empty());
}
