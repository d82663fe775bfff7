//! The two people of a stand-in and the secrets that clients need. Made once; the same after every restart.

use std::{collections::BTreeSet, fs, path::Path};

use faces::App;
use hub::{UserId, calendars::NewCalendar};
use identity::{Actor, Identity, Ids, NewUser, oauth::NewClient};
use serde::{Deserialize, Serialize};

use crate::{Error, Kind, Result, Settings, files};

/// Their names, and where they are at home.
const NAMES: [(&str, &str, &str); 2] = [
    ("ada", "Ada Lindqvist", "Europe/Berlin"),
    ("ben", "Ben Okafor", "Europe/Berlin"),
];
/// The public client's addresses; the port is the program's own choice (RFC 8252 7.3).
const LOOPBACK: [&str; 4] = [
    "http://localhost",
    "http://127.0.0.1",
    "http://localhost/",
    "http://127.0.0.1/",
];

/// Somebody at a stand-in.
#[derive(Clone, Serialize, Deserialize)]
pub struct Person {
    /// Mail address; with it they sign in.
    pub email: String,
    /// Password on the sign-in page; CalDAV: app password.
    pub password: String,
    /// A bearer token without an end.
    pub token: String,
    /// A refresh token of the confidential client.
    pub refresh_token: String,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person")
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}

/// The OAuth clients that stand-ins know.
#[derive(Clone, Serialize, Deserialize)]
pub struct OauthClient {
    /// `client_id` of the confidential client.
    pub client_id: String,
    /// Its `client_secret`.
    pub client_secret: String,
    /// `client_id` of a client without a secret.
    pub public_client_id: String,
}

impl OauthClient {
    /// The clients of a data directory: the same at all its stand-ins, and after every restart.
    pub(crate) fn load(data: &Path, ids: &dyn Ids) -> Result<Self> {
        kept(&data.join("oauth.json"), || Self {
            client_id: "kalends-sandbox".to_owned(),
            client_secret: ids.token(),
            public_client_id: "kalends-sandbox-public".to_owned(),
        })
    }
}

/// Makes what a stand-in needs and does not have yet: people, primary calendars, tokens, OAuth clients.
pub(crate) async fn settle(
    app: &App,
    kind: Kind,
    settings: &Settings,
    clients: &OauthClient,
) -> Result<Vec<Person>> {
    register(&app.identity, settings, clients).await?;
    let path = settings.data.join(format!("people-{}.json", kind.name()));
    let known: Vec<Person> = if path.exists() {
        kept(&path, Vec::new)?
    } else {
        Vec::new()
    };
    let mut people = Vec::new();
    for (name, full_name, zone) in NAMES {
        let email = format!("{name}@{}", domain(kind));
        let before = known.iter().find(|person| person.email == email);
        people.push(match before {
            Some(person) if still_there(&app.identity, person).await? => person.clone(),
            _ => make(app, kind, clients, &email, full_name, zone).await?,
        });
    }
    files::write(
        &path,
        &serde_json::to_vec_pretty(&people).unwrap_or_default(),
    )?;
    Ok(people)
}

fn domain(kind: Kind) -> &'static str {
    match kind {
        Kind::Google => "gmail.example",
        Kind::Microsoft => "contoso.example",
        Kind::Caldav => "icloud.example",
    }
}

/// Whether a person of the file is one of this database: it may have been removed, or be another one.
async fn still_there(identity: &Identity, person: &Person) -> Result<bool> {
    Ok(identity.authenticate_bearer(&person.token).await?.is_some())
}

async fn register(identity: &Identity, settings: &Settings, clients: &OauthClient) -> Result<()> {
    let confidential = NewClient {
        id: clients.client_id.clone(),
        secret: Some(clients.client_secret.clone()),
        name: "Kalends".to_owned(),
        redirect_uris: vec![settings.redirect_uri.clone()],
        scopes: Vec::new(),
    };
    let public = NewClient {
        id: clients.public_client_id.clone(),
        secret: None,
        name: "A program on this machine".to_owned(),
        redirect_uris: LOOPBACK.map(str::to_owned).to_vec(),
        scopes: Vec::new(),
    };
    identity.register_client(confidential).await?;
    identity.register_client(public).await?;
    Ok(())
}

async fn make(
    app: &App,
    kind: Kind,
    clients: &OauthClient,
    email: &str,
    name: &str,
    zone: &str,
) -> Result<Person> {
    let identity = &app.identity;
    let everybody = identity.users().await?;
    let password = app.hub.ids().token();
    let known = everybody.into_iter().find(|user| user.email == email);
    let user = if let Some(known) = known {
        // The file with the passwords is gone, or a first start was cut short: the person gets new ones.
        let chosen = Some(password.clone());
        identity.set_password(known.id, chosen).await?;
        known.id
    } else {
        let new = NewUser {
            email: email.to_owned(),
            name: name.to_owned(),
            time_zone: zone.to_owned(),
            password: Some(password.clone()),
            roles: Vec::new(),
        };
        identity.create_user(new).await?.id
    };
    if kind == Kind::Caldav {
        identity
            .keep_app_password(user, "sandbox", &password)
            .await?;
    }
    primary_calendar(app, kind, user, email, zone).await?;
    let token = identity
        .new_api_token(user, "sandbox", BTreeSet::new())
        .await?;
    let refresh_token = identity
        .issue_refresh(&clients.client_id, user, &scopes(kind))
        .await?;
    Ok(Person {
        email: email.to_owned(),
        password,
        token,
        refresh_token,
    })
}

/// What the ready-made refresh token is good for: the vendor's words, then ours (see `faces::oauth`).
fn scopes(kind: Kind) -> Vec<String> {
    let vendors: &[&str] = match kind {
        Kind::Google => &[
            "https://www.googleapis.com/auth/calendar",
            "openid",
            "email",
            "profile",
        ],
        Kind::Microsoft => &[
            "Calendars.ReadWrite",
            "User.Read",
            "openid",
            "email",
            "profile",
        ],
        Kind::Caldav => &[],
    };
    let ours = ["calendar.read", "calendar.write", "offline_access"];
    vendors
        .iter()
        .copied()
        .chain(ours)
        .map(str::to_owned)
        .collect()
}

/// The calendar that a person has from the start.
async fn primary_calendar(
    app: &App,
    kind: Kind,
    user: UserId,
    email: &str,
    zone: &str,
) -> Result<()> {
    let actor = Actor::person(app.tenant, user);
    if !app.hub.calendars(&actor).await?.is_empty() {
        return Ok(());
    }
    let (name, slug) = match kind {
        Kind::Google => (email, Some(email.to_owned())),
        Kind::Microsoft | Kind::Caldav => ("Calendar", None),
    };
    let new = NewCalendar {
        name: name.to_owned(),
        color: None,
        time_zone: Some(zone.to_owned()),
        slug,
        ..NewCalendar::default()
    };
    app.hub.create_calendar(&actor, new).await?;
    Ok(())
}

/// What a file of ours holds; made if it is not there.
fn kept<T: Serialize + for<'a> Deserialize<'a>>(
    path: &Path,
    make: impl FnOnce() -> T,
) -> Result<T> {
    let unreadable = || Error::Unreadable(path.to_owned());
    if let Ok(bytes) = fs::read(path) {
        return serde_json::from_slice(&bytes).map_err(|_| unreadable());
    }
    let made = make();
    files::write(
        path,
        &serde_json::to_vec_pretty(&made).map_err(|_| unreadable())?,
    )?;
    Ok(made)
}
