//! Waiting until everything has come to rest.

use std::{collections::BTreeMap, time::Duration};

use identity::{Clock, SystemClock};
use jiff::Timestamp;
use network::Request;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::until::within;

use super::world::World;

/// How long it may take.
const REST: Duration = Duration::from_secs(120);
/// How long no provider may be written to until we believe it. Writes may arrive so much later than they were sent.
const SILENCE: Duration = Duration::from_millis(2_500);
/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(100);

impl World {
    /// Waits for silence at the providers while nothing waits in the hub, and until the hub has read every calendar since.
    /// Nobody helps it: what it put off it has to take up again by itself.
    pub async fn rest(&self) -> Result<(), String> {
        let end = Instant::now() + REST;
        let (mut writes, mut since) = (self.practice.writes().await, SystemClock.now());
        loop {
            sleep(LOOK).await;
            let (now, waiting) = (self.practice.writes().await, self.waiting().await?);
            if now != writes || waiting.is_some() {
                (writes, since) = (now, SystemClock.now());
            }
            let silent = since + SILENCE;
            let unread = self
                .reads()
                .await?
                .into_iter()
                .find(|(_, read)| *read <= silent);
            if waiting.is_none() && unread.is_none() {
                return Ok(());
            }
            if Instant::now() > end {
                return Err(format!("it never comes to rest: {waiting:?} {unread:?}"));
            }
        }
    }

    /// What waits, if anything does.
    async fn waiting(&self) -> Result<Option<String>, String> {
        for link in list(&self.json("api/v1/links").await?) {
            if link["waiting"] != 0 {
                return Ok(Some(format!("{} copies wait", link["waiting"])));
            }
        }
        for calendar in list(&self.json("api/v1/calendars").await?) {
            if calendar["health"]["state"] != "ok" {
                return Ok(Some(format!(
                    "{}: {}",
                    calendar["name"], calendar["health"]
                )));
            }
            if let Some(held) = calendar.get("held") {
                // Only a person knows that so much was really deleted.
                let id = calendar["id"].as_str().unwrap();
                let path = format!("api/v1/calendars/{id}/held/confirm");
                self.hub(Request::post, &path).await;
                return Ok(Some(format!("{}: held {held}", calendar["name"])));
            }
        }
        Ok(None)
    }

    /// Makes the hub read every calendar whole, and waits for rest.
    pub async fn read_again(&self) -> Result<(), String> {
        self.practice
            .control("expire_sync_tokens", &json!({}))
            .await;
        let before = self.reads().await?;
        within("every calendar is read", REST, async || {
            let after = self.reads().await?;
            match before.iter().find(|(id, read)| after[*id] <= **read) {
                None => Ok(()),
                Some((id, read)) => Err(format!("{id} was read at {read}")),
            }
        })
        .await?;
        self.rest().await
    }

    async fn reads(&self) -> Result<BTreeMap<String, Timestamp>, String> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let calendars = list(&self.json("api/v1/calendars").await?);
        let reads = calendars.iter().map(|calendar| {
            let read = text(&calendar["health"]["lastSync"]);
            (text(&calendar["id"]), read.parse().unwrap_or_default())
        });
        Ok(reads.collect())
    }

    /// Reads from the hub's API.
    pub async fn json(&self, path: &str) -> Result<Value, String> {
        let answer = self.hub(Request::get, path).await;
        let answer = answer.ok_or_else(|| format!("{path}: the hub does not answer"))?;
        if !answer.is_success() {
            return Err(format!("{path}: {} {:?}", answer.status, answer.text()));
        }
        answer.json().map_err(|error| format!("{path}: {error}"))
    }
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}
