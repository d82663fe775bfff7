//! The life of a small dental practice, written into the stand-ins through their own APIs and nothing else.
//!
//! Ada, the dentist, lives in Google; the hygienist's work is in Microsoft 365, the front desk's on an iPhone. Each app
//! has a calendar "Practice"; Ada's own "Private" is in iCloud.

mod caldav;
mod google;
mod microsoft;
pub mod scene;

use jiff::civil::Date;
use network::{Network, Request, Response};
use scene::Appointment;
use serde_json::{Value, json};

use crate::{Error, Result};

/// The name of the shared calendars.
pub const PRACTICE: &str = "Practice";
/// The name of Ada's own calendar.
pub const PRIVATE: &str = "Private";

/// An account at a stand-in.
#[derive(Clone)]
pub struct Account {
    /// Root of its API, with a slash at the end.
    pub root: String,
    /// Mail address; at CalDAV the user name too.
    pub email: String,
    /// Bearer token; at CalDAV the app password.
    pub secret: String,
}

/// Ada's accounts.
#[derive(Clone)]
pub struct Accounts {
    /// In Google.
    pub google: Account,
    /// In Microsoft 365.
    pub microsoft: Account,
    /// In iCloud.
    pub caldav: Account,
}

impl Accounts {
    /// The first person's at each stand-in of a `sandbox.json`; `None` if it does not name all three.
    pub fn of(description: &Value) -> Option<Self> {
        let account = |twin: &str, secret: &str| {
            let ada = &description[twin]["users"][0];
            let text = |value: &Value| value.as_str().map(str::to_owned);
            let root = text(&description[twin]["root"])?;
            Some(Account {
                root,
                email: text(&ada["email"])?,
                secret: text(&ada[secret])?,
            })
        };
        Some(Self {
            google: account("google", "token")?,
            microsoft: account("microsoft", "token")?,
            caldav: account("caldav", "password")?,
        })
    }
}

/// Plays the practice's life at the stand-ins that a `sandbox.json` describes; see [`settle`].
///
/// # Errors
/// [`Error::Incomplete`] if it does not name all three.
pub async fn play(network: &Network, description: &Value, today: Date) -> Result<Value> {
    let accounts = Accounts::of(description).ok_or(Error::Incomplete)?;
    settle(network, &accounts, today).await
}

/// Makes the practice's calendars at the stand-ins that a `sandbox.json` describes, with nothing in them; as [`play`].
///
/// # Errors
/// [`Error::Incomplete`] if it does not name all three.
pub async fn found(network: &Network, description: &Value) -> Result<Value> {
    let accounts = Accounts::of(description).ok_or(Error::Incomplete)?;
    with(network, &accounts, &[]).await
}

/// Makes the practice's calendars and appointments around `today`, and returns the `demo` part of `sandbox.json`.
/// Calendars that are there already are left as they are.
///
/// # Errors
/// [`Error::Answer`] if a stand-in does not take something; what was written before stays.
pub async fn settle(network: &Network, accounts: &Accounts, today: Date) -> Result<Value> {
    with(network, accounts, &scene::appointments(today)).await
}

async fn with(network: &Network, accounts: &Accounts, all: &[Appointment]) -> Result<Value> {
    let Accounts {
        google,
        microsoft,
        caldav,
    } = accounts;
    let (google_id, microsoft_id, urls) = tokio::try_join!(
        google::settle(network, google, all),
        microsoft::settle(network, microsoft, all),
        caldav::settle(network, caldav, all),
    )?;
    Ok(json!({
        "practice": {
            "google": {"email": google.email, "calendar_id": google_id},
            "microsoft": {"email": microsoft.email, "calendar_id": microsoft_id},
            "caldav": {"email": caldav.email, "calendar_url": urls.practice},
        },
        "private": {"caldav": {"email": caldav.email, "calendar_url": urls.private}},
    }))
}

/// Sends a request that has to succeed.
async fn done(network: &Network, what: &'static str, request: Request) -> Result<Response> {
    let response = network.send(request).await?;
    if response.is_success() {
        Ok(response)
    } else {
        Err(Error::Answer {
            what: format!("the demo: {what}"),
            status: response.status,
        })
    }
}

/// A text of an answer; its absence is as bad as a refusal.
fn text(what: &'static str, answer: &Value, field: &str) -> Result<String> {
    let found = answer[field].as_str().map(str::to_owned);
    found.ok_or_else(|| Error::Answer {
        what: format!("the demo: {what}: no {field}"),
        status: 200,
    })
}
