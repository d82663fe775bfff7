//! Each scope opens the methods that Google's discovery document gives it, and no others.

use identity::oauth::{CodeRequest, NewClient, Rotation};
use serde_json::{Value, json};

use super::{schema, world::World};

const BACK: &str = "https://crm.example.com/back";
/// What we could not hold a program to opens nothing.
const NOTHING: [&str; 3] = [
    "calendar.app.created",
    "calendar.events.public.readonly",
    "calendar.events.freebusy",
];

/// A token of a program with these scopes.
async fn token(world: &World, scope: &str) -> String {
    let identity = &world.app.identity;
    let new = NewClient {
        id: "crm".into(),
        redirect_uris: vec![BACK.into()],
        ..NewClient::default()
    };
    identity.register_client(new).await.unwrap();
    let client = identity.client("crm").await.unwrap().unwrap();
    let request = CodeRequest {
        client: "crm".into(),
        user: world.actor.user().unwrap(),
        redirect_uri: BACK.into(),
        challenge: None,
        scopes: vec![scope.into()],
        nonce: None,
    };
    let code = identity.issue_code(request).await.unwrap();
    let granted = identity.exchange_code(&client, &code, BACK, None, Rotation::Keep);
    granted.await.unwrap().unwrap().access
}

async fn is_refused(world: &World, method: &Value) -> bool {
    let path = method["path"].as_str().unwrap();
    // Of things that are not there: what is let through changes nothing.
    let path = path
        .replace("{calendarId}", "nobody@example.com")
        .replace("{eventId}", "nothing0")
        .replace("{ruleId}", "nothing")
        .replace("{setting}", "nothing");
    let verb = method["httpMethod"].as_str().unwrap();
    let body = match verb {
        "GET" | "DELETE" => Value::Null,
        _ => json!({}),
    };
    let answer = world.send(verb, &path, &[], body).await;
    let (status, reason) = answer.fault();
    assert_ne!(status, 401, "{path}");
    status == 403 && reason == "insufficientPermissions"
}

#[tokio::test]
async fn each_scope_opens_what_the_discovery_document_says() {
    let Some(document) = schema::document() else {
        return;
    };
    let mut world = World::start().await;
    let scopes = document["auth"]["oauth2"]["scopes"].as_object().unwrap();
    let resources = document["resources"].as_object().unwrap().values();
    let methods = resources.flat_map(|r| r["methods"].as_object().unwrap().values());
    let methods: Vec<&Value> = methods.collect();
    world.token = token(&world, "openid").await;
    let mut known = Vec::new();
    for method in methods {
        // What we do not have, or have for everybody, is refused to nobody.
        if is_refused(&world, method).await {
            known.push(method);
        }
    }
    assert!(known.len() >= 25, "{}", known.len());
    let mut wrong = Vec::new();
    for scope in scopes.keys() {
        world.token = token(&world, scope).await;
        for method in &known {
            let id = method["id"].as_str().unwrap();
            let said = method["scopes"].as_array().unwrap();
            let nothing = NOTHING
                .iter()
                .any(|end| scope.ends_with(&format!("/{end}")));
            let busy = scope.ends_with(".freebusy") && id == "calendar.freebusy.query";
            let opens = said.iter().any(|one| one == scope) && (!nothing || busy);
            if is_refused(&world, method).await == opens {
                wrong.push(format!("{id} {scope}: {opens}"));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}
