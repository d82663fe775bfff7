//! The hub's own calendar, through its REST API.

use network::Request;
use serde_json::{Value, json};

use crate::mounted::hub::Hub;

/// A calendar of the hub.
pub struct Here<'a> {
    pub hub: &'a Hub,
    pub calendar: &'a str,
}

impl Here<'_> {
    async fn ask(&self, request: Request) -> Result<Value, String> {
        let answer = self.hub.send(request).await;
        if !answer.is_success() {
            return Err(format!(
                "{} {}: {:?}",
                answer.status,
                answer.url,
                answer.text()
            ));
        }
        Ok(answer.json().unwrap_or_default())
    }

    /// All events.
    pub async fn events(&self) -> Result<Vec<Value>, String> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("events?calendar={}{cursor}", self.calendar);
            let page = self.ask(self.hub.rest(Request::get, &path)).await?;
            all.extend(page["events"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(all),
            }
        }
    }

    /// The one event with this title.
    pub async fn one(&self, title: &str) -> Result<Value, String> {
        let mut all = self.events().await?;
        all.retain(|event| event["title"] == title);
        match all.len() {
            1 => Ok(all.remove(0)),
            other => Err(format!("here {other} events have the title {title}")),
        }
    }

    /// Makes an event of an hour; `more` says when, and what else there is to it.
    pub async fn make(&self, title: &str, more: Value) -> Result<(), String> {
        let mut event = json!({
            "calendar": self.calendar, "@type": "Event", "title": title, "duration": "PT1H", "timeZone": "Europe/Zurich",
        });
        let (all, more) = (event.as_object_mut().unwrap(), more);
        all.extend(more.as_object().unwrap().clone());
        self.ask(self.hub.rest(Request::post, "events").json(&event))
            .await
            .map(drop)
    }

    /// Changes the event with this title.
    pub async fn edit(&self, title: &str, patch: Value) -> Result<(), String> {
        self.change(Request::patch, title, "", &patch).await
    }

    /// Deletes it.
    pub async fn delete(&self, title: &str) -> Result<(), String> {
        self.change(Request::delete, title, "", &Value::Null).await
    }

    /// Changes one occurrence of the series with this title.
    pub async fn edit_one(&self, title: &str, at: &str, patch: Value) -> Result<(), String> {
        let path = format!("/occurrences/{at}?scope=this");
        self.change(Request::patch, title, &path, &patch).await
    }

    /// Cancels one.
    pub async fn cancel_one(&self, title: &str, at: &str) -> Result<(), String> {
        let path = format!("/occurrences/{at}?scope=this");
        self.change(Request::delete, title, &path, &Value::Null)
            .await
    }

    async fn change(
        &self,
        of: impl Fn(String) -> Request,
        title: &str,
        part: &str,
        body: &Value,
    ) -> Result<(), String> {
        let event = self.one(title).await?;
        let id = event["kalends.dev:id"].as_str().unwrap();
        let request = self.hub.rest(of, &format!("events/{id}{part}"));
        let request = request.header("if-match", "*");
        let request = if body.is_null() {
            request
        } else {
            request.json(body)
        };
        self.ask(request).await.map(drop)
    }
}
