//! `sandbox.json`: what a client needs to know of a running sandbox.

use serde_json::{Map, Value, json};

use crate::{Kind, Person, Twin, people::OauthClient};

/// What the description is made from.
pub(crate) struct Facts<'a> {
    pub twins: &'a [Twin],
    pub clients: &'a OauthClient,
    pub redirect_uri: &'a str,
    pub control: &'a str,
    /// Path of the authority's certificate, if there is TLS.
    pub ca: Option<String>,
}

/// The description.
pub(crate) fn of(facts: &Facts<'_>) -> Value {
    let mut all = Map::new();
    for twin in facts.twins {
        all.insert(twin.kind.name().to_owned(), twin_of(twin));
    }
    all.insert(
        "oauth".to_owned(),
        json!({
            "client_id": facts.clients.client_id, "client_secret": facts.clients.client_secret,
            "redirect_uri": facts.redirect_uri, "public_client_id": facts.clients.public_client_id,
        }),
    );
    if let Some(ca) = &facts.ca {
        all.insert("ca".to_owned(), json!(ca));
    }
    let control = facts.control;
    all.insert(
        "control".to_owned(),
        json!({
            "root": control,
            "expire_sync_tokens": format!("POST {control}expire_sync_tokens"),
            "expire_access_tokens": format!("POST {control}expire_access_tokens"),
            "faults": format!("POST {control}faults"),
            "state": format!("GET {control}state"),
        }),
    );
    Value::Object(all)
}

fn twin_of(twin: &Twin) -> Value {
    let users: Vec<Value> = twin
        .people
        .iter()
        .map(|person| user(twin.kind, person))
        .collect();
    let mut described = json!({"root": twin.app.public_url, "users": users});
    if let Some(tls) = &twin.tls_app {
        described["tls_root"] = json!(tls.public_url);
    }
    described
}

fn user(kind: Kind, person: &Person) -> Value {
    match kind {
        Kind::Google | Kind::Microsoft => json!({
            "email": person.email, "password": person.password, "token": person.token,
            "refresh_token": person.refresh_token,
        }),
        Kind::Caldav => {
            json!({"email": person.email, "username": person.email, "password": person.password})
        }
    }
}
