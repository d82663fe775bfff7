//! A hub with a calendar of a server and one of its own, linked both ways.

use std::time::Duration;

use network::Request;
use serde_json::{Value, json};

use super::{
    here::Here,
    there::{Object, Server},
};
use crate::{
    mounted::hub::Hub,
    until::{until, within},
};

/// How long a change may take from one side to the other: it is waited for, and not measured.
pub const HOP: Duration = Duration::from_secs(30);
/// The name of the calendar at the server.
const NAME: &str = "interop";

/// Both sides.
pub struct Pair {
    pub hub: Hub,
    pub server: Server,
    /// The address of the server's calendar.
    pub there: String,
    /// The hub's id of its own calendar.
    here: String,
}

impl Pair {
    /// Puts a few events there, connects, and links.
    pub async fn of(server: Server) -> Self {
        let there = server.calendar(NAME).await;
        super::basics::before(&server, &there).await;
        let hub = Hub::start("[network]\nreach = \"loopback\"\n").await;
        let here = hub.calendar("Here").await;
        let found = connect(&hub, &server, NAME).await;
        link(&hub, &[&here, &found]).await;
        Self {
            hub,
            server,
            there,
            here,
        }
    }

    /// The hub's side.
    pub fn here(&self) -> Here<'_> {
        Here {
            hub: &self.hub,
            calendar: &self.here,
        }
    }

    /// Waits until the one event with this title is here, and as it should be.
    pub async fn until_here(
        &self,
        title: &str,
        fits: impl Fn(&Value) -> bool,
    ) -> Result<(), String> {
        within(title, HOP, async || {
            let event = self.here().one(title).await?;
            fits(&event)
                .then_some(())
                .ok_or_else(|| format!("here it is {event}"))
        })
        .await
    }

    /// Waits until the one object with this title is there, and as it should be.
    pub async fn until_there(
        &self,
        title: &str,
        fits: impl Fn(&Object) -> bool,
    ) -> Result<(), String> {
        within(title, HOP, async || {
            let object = self.server.one(&self.there, title).await?;
            fits(&object)
                .then_some(())
                .ok_or_else(|| format!("there it is {}", object.text))
        })
        .await
    }

    /// Waits until neither side has an event with this title.
    pub async fn until_gone(&self, title: &str) -> Result<(), String> {
        within(title, HOP, async || {
            let here = self.here().events().await?;
            let there = self.server.objects(&self.there).await?;
            let still = here.iter().any(|event| event["title"] == title);
            let there = there
                .iter()
                .any(|object| super::there::is_titled(&object.text, title));
            match (still, there) {
                (false, false) => Ok(()),
                other => Err(format!("still here and there: {other:?}")),
            }
        })
        .await
    }

    /// Edits the object with this title.
    pub async fn edit_there(
        &self,
        title: &str,
        change: impl Fn(&str) -> String,
    ) -> Result<(), String> {
        self.server.edit(&self.there, title, change).await
    }

    /// Makes one there.
    pub async fn make_there(&self, name: &str, events: &str) -> Result<(), String> {
        self.server.make(&self.there, name, events).await
    }
}

/// Connects the server by the address that a person would type; the hub's id of its calendar with this name.
pub async fn connect(hub: &Hub, server: &Server, name: &str) -> String {
    let account = json!({
        "provider": "caldav", "url": server.root, "username": server.user, "password": server.password,
    });
    let request = hub.rest(Request::post, "connections").json(&account);
    let made = hub.ok(request).await;
    let found = async || {
        let all = hub.ok(hub.rest(Request::get, "calendars")).await;
        let mut all = all.as_array().unwrap().iter();
        let one = all.find(|one| one["name"] == name && one["connection"] == made["id"])?;
        one["id"].as_str().map(str::to_owned)
    };
    until("the calendar is found", HOP, async || {
        found().await.map(drop).ok_or_else(|| name.to_owned())
    })
    .await;
    found().await.unwrap()
}

/// Links calendars both ways.
pub async fn link(hub: &Hub, calendars: &[&str]) {
    let member = |id: &&str| json!({"calendar": id, "role": "both", "mask": {"kind": "everything", "showPrivate": true}});
    let members: Vec<Value> = calendars.iter().map(member).collect();
    let link = json!({"name": "Interop", "members": members});
    hub.ok(hub.rest(Request::post, "links").json(&link)).await;
}
