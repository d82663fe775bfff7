//! Setting the hub up as a person would: connect three accounts, link their calendars.

use std::time::Duration;

use network::{Network, Request, Response, Url};
use serde_json::{Value, json};

use crate::Failure;

/// How long the first reading of all calendars may take.
const FIRST_READ: Duration = Duration::from_secs(30);

/// The hub's REST API.
pub struct Api {
    network: Network,
    root: String,
    token: String,
}

impl Api {
    /// With a token of the owner's.
    pub fn new(network: Network, root: String, token: String) -> Self {
        Self {
            network,
            root,
            token,
        }
    }

    /// Waits for the first answer.
    pub async fn wait_until_ready(&self, at_most: Duration) -> Result<(), Failure> {
        let answers = async {
            loop {
                if let Ok(response) = self
                    .network
                    .send(self.request(Request::get(self.url("api/v1/me"))))
                    .await
                    && response.status == 200
                {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let late = |_| Failure::new("the hub does not answer; is its port taken? Try --port");
        tokio::time::timeout(at_most, answers).await.map_err(late)
    }

    /// Connects and links whatever is not connected and linked yet.
    pub async fn settle(&self, stage: &Value) -> Result<(), Failure> {
        let connected = self.get("api/v1/connections").await?;
        let has = |provider: &str| {
            connected
                .as_array()
                .is_some_and(|all| all.iter().any(|c| c["provider"] == provider))
        };
        for provider in ["google", "microsoft"] {
            if !has(provider) {
                self.connect_oauth(provider, stage).await?;
            }
        }
        if !has("caldav") {
            self.connect_caldav(stage).await?;
        }
        let links = self.get("api/v1/links").await?;
        if links.as_array().is_none_or(Vec::is_empty) {
            self.link().await?;
        }
        Ok(())
    }

    /// A fresh link that signs in.
    pub async fn welcome_link(&self) -> Result<String, Failure> {
        let made = self.post("api/v1/welcome", &json!({})).await?;
        let token = made["token"]
            .as_str()
            .ok_or_else(|| Failure::new("the hub gave no sign-in link"))?;
        Ok(format!("{}welcome?token={token}", self.root))
    }

    /// OAuth as a person does it: the consent page, e-mail and password, "Allow", and back.
    async fn connect_oauth(&self, provider: &str, stage: &Value) -> Result<(), Failure> {
        let begun = self
            .post("api/v1/connections", &json!({ "provider": provider }))
            .await?;
        let page_url = begun["authorizeUrl"]
            .as_str()
            .ok_or_else(|| Failure::new("no authorization page"))?;
        let user = &stage[provider]["users"][0];
        let (email, password) = (
            user["email"].as_str().unwrap_or_default(),
            user["password"].as_str().unwrap_or_default(),
        );
        let back = ::sandbox::robot::consent(&self.network, page_url, email, password).await?;
        let back =
            Url::parse(&back).map_err(|_| Failure::new("the consent page sent us nowhere"))?;
        let response = self.send(self.request(Request::get(back.as_str()))).await?;
        match response.status {
            200..=399 => Ok(()),
            status => Err(Failure::new(format!(
                "connecting {provider}: the hub answered {status}: {}",
                said(&response)
            ))),
        }
    }

    async fn connect_caldav(&self, stage: &Value) -> Result<(), Failure> {
        let caldav = &stage["caldav"];
        let user = &caldav["users"][0];
        let account = json!({
            "provider": "caldav", "url": caldav["root"], "username": user["username"], "password": user["password"],
        });
        self.post("api/v1/connections", &account).await.map(drop)
    }

    /// The three Practice calendars both ways, everything; the private one into them as "Busy".
    async fn link(&self) -> Result<(), Failure> {
        let calendars = self.read_once().await?;
        let named = |name: &str| -> Vec<Value> {
            calendars
                .iter()
                .filter(|c| c["name"] == name)
                .map(|c| c["id"].clone())
                .collect()
        };
        let practice = named("Practice");
        let private = named("Private");
        // The same people see all three: what is private stays marked so, and stays whole.
        let everything = json!({ "kind": "everything", "showPrivate": true });
        let both: Vec<Value> = practice
            .iter()
            .map(|id| json!({ "calendar": id, "role": "both", "mask": everything }))
            .collect();
        self.post(
            "api/v1/links",
            &json!({ "name": "Practice", "members": both }),
        )
        .await?;
        let busy = json!({ "kind": "busy", "title": "Busy" });
        let mut members: Vec<Value> = private
            .iter()
            .map(|id| json!({ "calendar": id, "role": "source" }))
            .collect();
        members.extend(
            practice
                .iter()
                .map(|id| json!({ "calendar": id, "role": "target", "mask": busy })),
        );
        self.post(
            "api/v1/links",
            &json!({ "name": "Private time as busy", "members": members }),
        )
        .await?;
        Ok(())
    }

    /// All calendars, once each has been read for the first time.
    async fn read_once(&self) -> Result<Vec<Value>, Failure> {
        let read = async {
            loop {
                let calendars = self.get("api/v1/calendars").await?;
                let all = calendars.as_array().cloned().unwrap_or_default();
                if all.iter().all(|c| !c["health"]["lastSync"].is_null()) {
                    return Ok(all);
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let late = |_| {
            Failure::new(
                "not every calendar could be read; see `api/v1/calendars` for what is wrong",
            )
        };
        tokio::time::timeout(FIRST_READ, read).await.map_err(late)?
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.root)
    }

    fn request(&self, request: Request) -> Request {
        request.bearer(&self.token)
    }

    async fn send(&self, request: Request) -> Result<Response, Failure> {
        Ok(self.network.send(request).await?)
    }

    async fn get(&self, path: &str) -> Result<Value, Failure> {
        Self::answered(
            path,
            &self
                .send(self.request(Request::get(self.url(path))))
                .await?,
        )
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        Self::answered(
            path,
            &self
                .send(self.request(Request::post(self.url(path)).json(body)))
                .await?,
        )
    }

    fn answered(path: &str, response: &Response) -> Result<Value, Failure> {
        if response.is_success() {
            return Ok(response.json().unwrap_or_default());
        }
        Err(Failure::new(format!(
            "{path}: the hub answered {}: {}",
            response.status,
            said(response)
        )))
    }
}

/// What a problem says.
fn said(response: &Response) -> String {
    let problem: Value = response.json().unwrap_or_default();
    problem["detail"]
        .as_str()
        .unwrap_or("no reason given")
        .to_owned()
}
