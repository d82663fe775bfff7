//! The token endpoint (RFC 6749 3.2): code and refresh token.

use std::collections::HashMap;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use identity::{
    Actor,
    oauth::{Client, Granted, OFFLINE_ACCESS, Rotation},
};
use serde_json::Value;

use super::{Face, Vendor, client, google, microsoft, refusal::Refusal, scopes::Scopes};

/// A form whose parameters come once each (RFC 6749 3.2). An empty one counts as missing.
pub(super) struct Form(HashMap<String, String>);

impl Form {
    pub fn read(body: &[u8]) -> Result<Self, Refusal> {
        let mut all = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(body) {
            if all.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(Refusal::Malformed("A parameter comes twice."));
            }
        }
        Ok(Self(all))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    fn required(&self, name: &'static str) -> Result<&str, Refusal> {
        self.get(name).ok_or(Refusal::Missing(name))
    }
}

/// `POST /token`.
pub(super) async fn exchange(
    State(face): State<Face>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match answer(&face, &headers, &body).await {
        // RFC 6749 5.1: nobody on the way keeps it.
        Ok(answer) => (
            [
                (header::CACHE_CONTROL, "no-store"),
                (header::PRAGMA, "no-cache"),
            ],
            Json(answer),
        )
            .into_response(),
        Err(refusal) => refusal.response(&face),
    }
}

async fn answer(face: &Face, headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
    let form = Form::read(body)?;
    let grant_type = form.required("grant_type")?;
    if !matches!(grant_type, "authorization_code" | "refresh_token") {
        return Err(Refusal::GrantType(grant_type.to_owned()));
    }
    let client = client::of(face, headers, &form).await?;
    let rotation = match face.vendor {
        Vendor::Google => Rotation::Keep,
        Vendor::Microsoft => Rotation::Renew,
    };
    let identity = &face.app.identity;
    let refreshing = grant_type == "refresh_token";
    let granted = if refreshing {
        let token = form.required("refresh_token")?;
        let mut scopes = form
            .get("scope")
            .map(|text| narrowed(face, text))
            .transpose()?;
        if let (Vendor::Microsoft, Some(asked)) = (face.vendor, &scopes) {
            // Entra ID gives all that was consented to for a resource, also to those who ask for a part of it.
            let granted = identity.granted_scopes(token).await?;
            if asked.iter().all(|scope| granted.contains(scope)) {
                scopes = None;
            }
        }
        identity.refresh(&client, token, scopes, rotation).await?
    } else {
        let redirect_uri = form.required("redirect_uri")?;
        let verifier = form.get("code_verifier");
        identity
            .exchange_code(
                &client,
                form.required("code")?,
                redirect_uri,
                verifier,
                rotation,
            )
            .await?
    };
    let granted = granted.map_err(|error| Refusal::Grant { error, refreshing })?;
    written(face, &client, &form, granted).await
}

/// What a refresh asks for: the vendor's words turned into what was kept with the grant.
fn narrowed(face: &Face, text: &str) -> Result<Vec<String>, Refusal> {
    let scopes = match face.vendor {
        Vendor::Google => google::scopes(&super::request::Parameters {
            scope: text.to_owned(),
            ..Default::default()
        }),
        Vendor::Microsoft => microsoft::scopes(text),
    };
    let mut kept = scopes
        .ok_or(Refusal::Malformed("The scope is malformed."))?
        .kept();
    // It takes `offline_access` to have come here: leaving it out asks for no less.
    if !kept.iter().any(|s| s == OFFLINE_ACCESS) {
        kept.push(OFFLINE_ACCESS.to_owned());
    }
    Ok(kept)
}

async fn written(
    face: &Face,
    client: &Client,
    form: &Form,
    granted: Granted,
) -> Result<Value, Refusal> {
    let scopes = Scopes::granted(granted.scopes.clone());
    let identity = &face.app.identity;
    let actor = Actor::person(face.app.tenant, granted.user);
    let user = identity.user_of(&actor).await?.ok_or(Refusal::Internal)?;
    let nonce = granted.nonce.as_deref();
    let claims = match face.vendor {
        Vendor::Google => google::claims(face, &client.id, &user, nonce),
        Vendor::Microsoft => microsoft::claims(face, &client.id, &user, nonce),
    };
    let id_token = if scopes.has("openid") {
        Some(identity.sign_id_token(&claims).await?)
    } else {
        None
    };
    Ok(match face.vendor {
        Vendor::Google => google::answer(&granted, &scopes, id_token),
        Vendor::Microsoft => {
            let info = form
                .get("client_info")
                .map(|_| microsoft::client_info(face, &user));
            microsoft::answer(&granted, &scopes, id_token, info)
        }
    })
}
