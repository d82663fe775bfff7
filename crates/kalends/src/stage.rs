//! What `/demo` needs of the hub: where the stand-ins are, what they counted, and three ways to hurt them.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use faces::rest::{Problem, Signed};
use network::{Network, Request};
use serde_json::{Value, json};

use crate::{Failure, house::House};

/// What the demo's secret is handed over in; never on a command line.
pub const TOKEN_VARIABLE: &str = "KALENDS_DEMO_TOKEN";

/// The demo's stage, as `sandbox.json` describes it.
#[derive(Clone)]
pub struct Stage(Arc<Value>);

impl Stage {
    /// Reads a `sandbox.json`.
    pub fn load(file: &Path) -> Result<Self, Failure> {
        let text = std::fs::read(file)
            .map_err(|e| Failure::new(format!("--stage {}: {e}", file.display())))?;
        let value = serde_json::from_slice(&text)
            .map_err(|e| Failure::new(format!("{}: {e}", file.display())))?;
        Ok(Self(Arc::new(value)))
    }

    fn text(&self, pointer: &str) -> &str {
        self.0
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// Origins that the page reads from.
    pub fn origins(&self) -> String {
        let roots = ["/google/root", "/microsoft/root", "/caldav/root"]
            .map(|p| self.text(p).trim_end_matches('/'));
        roots.join(" ")
    }

    /// Makes the demo's token valid for the owner.
    pub async fn settle(&self, house: &House) -> Result<(), Failure> {
        let Ok(token) = std::env::var(TOKEN_VARIABLE) else {
            return Ok(());
        };
        let identity = &house.app.identity;
        if identity.authenticate_bearer(&token).await?.is_none() {
            identity
                .keep_api_token(house.owner.id, "demo", BTreeSet::new(), &token)
                .await?;
        }
        Ok(())
    }

    /// `/demo/state`, `/demo/faults`, `/demo/unplug`.
    pub fn router(self, app: faces::App, network: Network) -> Router {
        let guarded = Router::new()
            .route("/demo/state", get(state))
            .route("/demo/faults", post(faults))
            .route("/demo/unplug", post(unplug))
            .route("/api/v1/welcome", post(welcome))
            .with_state((self, network, app.clone()));
        guarded.layer(axum::middleware::from_fn_with_state(app, signed_in))
    }

    async fn control(
        &self,
        network: &Network,
        path: &str,
        body: Option<Value>,
    ) -> Result<Value, Problem> {
        let url = format!("{}{path}", self.text("/control/root"));
        let request = match &body {
            Some(body) => Request::post(&url).json(body),
            None => Request::get(&url),
        };
        let gone = |error: network::Error| Problem::new(StatusCode::BAD_GATEWAY, error.to_string());
        let response = network.send(request).await.map_err(gone)?;
        Ok(response.json().unwrap_or_default())
    }

    /// The caldav collection and header of one of the demo's calendars.
    fn caldav(&self, pointer: &str) -> Value {
        let email = self.text(&format!("{pointer}/email"));
        let all = self
            .0
            .pointer("/caldav/users")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let user = all
            .iter()
            .find(|u| u["email"] == email)
            .cloned()
            .unwrap_or_default();
        let pair = format!(
            "{}:{}",
            user["username"].as_str().unwrap_or_default(),
            user["password"].as_str().unwrap_or_default()
        );
        json!({
            "url": self.text(&format!("{pointer}/calendar_url")),
            "authorization": format!("Basic {}", BASE64_STANDARD.encode(pair)),
        })
    }

    fn pane(&self, provider: &str) -> Value {
        let pointer = format!("/demo/practice/{provider}");
        let email = self.text(&format!("{pointer}/email"));
        let all = self
            .0
            .pointer(&format!("/{provider}/users"))
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let user = all
            .iter()
            .find(|u| u["email"] == email)
            .cloned()
            .unwrap_or_default();
        json!({
            "root": self.text(&format!("/{provider}/root")),
            "calendarId": self.text(&format!("{pointer}/calendar_id")),
            "token": user["token"],
        })
    }
}

type Held = (Stage, Network, faces::App);

/// The demo's secrets are for whoever is signed in at the hub.
async fn signed_in(
    State(_): State<faces::App>,
    _: Signed,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> axum::response::Response {
    next.run(request).await
}

async fn state(State((stage, network, app)): State<Held>) -> Result<Json<Value>, Problem> {
    let counted = stage.control(&network, "state", None).await?;
    let providers = ["google", "microsoft", "caldav"];
    let number = |name: &str, what: &str| counted[name][what].as_u64().unwrap_or(0);
    let writes: serde_json::Map<String, Value> = providers
        .iter()
        .map(|name| ((*name).to_owned(), json!(number(name, "writes"))))
        .collect();
    let losing = providers.iter().any(|name| {
        counted[name]["faults"]["lose_write_reply_every"]
            .as_u64()
            .unwrap_or(0)
            > 0
    });
    let mut private = stage.caldav("/demo/private/caldav");
    private["title"] = json!("Private");
    Ok(Json(json!({
        "panes": {
            "google": stage.pane("google"),
            "microsoft": stage.pane("microsoft"),
            "caldav": stage.caldav("/demo/practice/caldav"),
            "hub": { "calendar": practice(&app).await? },
        },
        "private": { "caldav": private },
        "writes": writes,
        "mails": providers.iter().map(|name| number(name, "mails")).sum::<u64>(),
        "faults": { "lose_replies": losing },
    })))
}

/// The hub's own copy of the shared calendar.
async fn practice(app: &faces::App) -> Result<Option<hub::CalendarId>, Problem> {
    let actor = identity::Actor::system(app.tenant);
    let calendars = app.hub.calendars(&actor).await?;
    let google = calendars
        .iter()
        .find(|c| c.name == "Practice" && c.provider.as_deref() == Some("google"));
    Ok(google
        .or(calendars.iter().find(|c| c.name == "Practice"))
        .map(|c| c.id))
}

async fn faults(
    State((stage, network, _)): State<Held>,
    Json(form): Json<Value>,
) -> Result<StatusCode, Problem> {
    if form["expire_tokens"] == true {
        for tokens in ["expire_sync_tokens", "expire_access_tokens"] {
            stage.control(&network, tokens, Some(json!({}))).await?;
        }
    }
    if let Some(lose) = form["lose_replies"].as_bool() {
        stage
            .control(
                &network,
                "faults",
                Some(json!({ "lose_write_reply_every": u64::from(lose) })),
            )
            .await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Pulls the plug: no farewell, no clean-up. Whoever started us starts us again.
async fn unplug() -> StatusCode {
    tokio::spawn(async {
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        std::process::abort()
    });
    StatusCode::ACCEPTED
}

/// A sign-in link's token for the terminal.
async fn welcome(State((_, _, app)): State<Held>) -> Result<Json<Value>, Problem> {
    let owner = app
        .identity
        .users()
        .await?
        .into_iter()
        .next()
        .ok_or_else(Problem::unauthorized)?;
    let token = app.identity.make_welcome(owner.id, 86_400).await?;
    Ok(Json(json!({ "token": token })))
}
