//! A real server, as its own apps see it: plain WebDAV and text, and nothing of what is tested.

use std::collections::BTreeMap;

use network::{Network, Request, Response};
use serde_json::Value;

use crate::{
    ics::{lines, vevents},
    practice::network,
};

/// A server and its one account.
pub struct Server {
    pub name: String,
    pub root: String,
    pub home: String,
    pub user: String,
    pub password: String,
    network: Network,
}

/// An object as it is there. Its text is unfolded.
#[derive(Clone, Debug)]
pub struct Object {
    pub url: String,
    pub etag: String,
    pub text: String,
}

impl Server {
    /// As `cargo xtask interop` describes it.
    pub fn new(told: &Value) -> Self {
        let text = |key: &str| told[key].as_str().unwrap().to_owned();
        Self {
            name: text("name"),
            root: text("root"),
            home: text("home"),
            user: text("user"),
            password: text("password"),
            network: network(),
        }
    }

    /// Makes a calendar; its address.
    pub async fn calendar(&self, name: &str) -> String {
        let url = format!("{}{name}/", self.home);
        let body = format!(
            "<c:mkcalendar xmlns:c=\"urn:ietf:params:xml:ns:caldav\" xmlns=\"DAV:\"><set><prop><displayname>{name}\
             </displayname></prop></set></c:mkcalendar>"
        );
        let made = self
            .send(Request::mkcalendar(&url).body("application/xml", body))
            .await
            .unwrap();
        assert_eq!(made.status, 201, "{url}: {:?}", made.text());
        url
    }

    async fn send(&self, request: Request) -> Result<Response, String> {
        let request = request.basic(&self.user, &self.password);
        let answer = self.network.send(request).await;
        answer.map_err(|error| format!("{}: {error}", self.name))
    }

    async fn ok(&self, request: Request) -> Result<Response, String> {
        let answer = self.send(request).await?;
        if answer.is_success() {
            return Ok(answer);
        }
        let text = answer.text().unwrap_or_default();
        Err(format!("{} {}: {text}", answer.status, answer.url))
    }

    /// The entity tags of a calendar's objects, by address.
    pub async fn tags(&self, calendar: &str) -> Result<BTreeMap<String, String>, String> {
        let body = "<propfind xmlns=\"DAV:\"><prop><getetag/></prop></propfind>";
        let request = Request::propfind(calendar).header("depth", "1");
        let answer = self.ok(request.body("application/xml", body)).await?;
        let text = answer.text().map_err(|error| error.to_string())?.to_owned();
        let mut tags = BTreeMap::new();
        for part in text.split("response>") {
            let (Some(href), Some(tag)) = (element(part, "href"), element(part, "getetag")) else {
                continue;
            };
            let url = answer.url.join(&href).unwrap().to_string();
            if !url.ends_with('/') {
                tags.insert(url, tag);
            }
        }
        Ok(tags)
    }

    /// Its objects.
    pub async fn objects(&self, calendar: &str) -> Result<Vec<Object>, String> {
        let mut objects = Vec::new();
        for url in self.tags(calendar).await?.into_keys() {
            let answer = self.send(Request::get(&url)).await?;
            // Deleted since the listing.
            if answer.status == 404 {
                continue;
            }
            let text = lines(answer.text().map_err(|error| error.to_string())?).join("\r\n");
            objects.push(Object {
                etag: answer.header("etag").unwrap_or_default().to_owned(),
                text,
                url,
            });
        }
        Ok(objects)
    }

    /// The one object whose event or series has this title.
    pub async fn one(&self, calendar: &str, title: &str) -> Result<Object, String> {
        let all = self.objects(calendar).await?;
        let found: Vec<Object> = all
            .into_iter()
            .filter(|object| is_titled(&object.text, title))
            .collect();
        match &found[..] {
            [one] => Ok(one.clone()),
            other => Err(format!(
                "{}: {} objects have the title {title}",
                self.name,
                other.len()
            )),
        }
    }

    /// Puts a new object there: the properties of its VEVENTs, or whole components.
    pub async fn make(&self, calendar: &str, name: &str, events: &str) -> Result<(), String> {
        let url = format!("{calendar}{name}.ics");
        let request = Request::put(&url).header("if-none-match", "*");
        let text = object(name, events);
        self.ok(request.body("text/calendar; charset=utf-8", text))
            .await
            .map(drop)
    }

    /// Changes the text of the object with this title, as an app would that has just read it.
    pub async fn edit(
        &self,
        calendar: &str,
        title: &str,
        change: impl Fn(&str) -> String,
    ) -> Result<(), String> {
        // Between reading and writing Kalends may have written: an app reads again.
        for _ in 0..5 {
            let object = self.one(calendar, title).await?;
            let text = change(&object.text) + "\r\n";
            assert_ne!(text.trim_end(), object.text, "{title}: nothing is changed");
            let request = Request::put(&object.url).header("if-match", &object.etag);
            let answer = self
                .send(request.body("text/calendar; charset=utf-8", text))
                .await?;
            match answer.status {
                412 => {}
                200..300 => return Ok(()),
                status => return Err(format!("{status}: {:?}", answer.text())),
            }
        }
        Err(format!("{title}: it is written again and again"))
    }

    /// Deletes the object with this title.
    pub async fn delete(&self, calendar: &str, title: &str) -> Result<(), String> {
        let object = self.one(calendar, title).await?;
        self.ok(Request::delete(object.url)).await.map(drop)
    }
}

/// An object with events: lines, each with a line break; UID and DTSTAMP are added where `BEGIN:VEVENT` stands.
fn object(uid: &str, events: &str) -> String {
    let begin = format!(
        "BEGIN:VEVENT\nUID:{uid}@interop.example\nDTSTAMP:20261101T000000Z\nLAST-MODIFIED:20261101T000000Z\n"
    );
    let events = events.replace("BEGIN:VEVENT\n", &begin);
    let zone = if events.contains("TZID=") { ZONE } else { "" };
    let text = format!(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//interop.example//app//EN\n{zone}{events}END:VCALENDAR\n"
    );
    text.replace('\n', "\r\n")
}

/// As apps send it along.
const ZONE: &str = "BEGIN:VTIMEZONE\nTZID:Europe/Zurich\nBEGIN:STANDARD\nDTSTART:19961027T030000\n\
    RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nTZNAME:CET\nEND:STANDARD\n\
    BEGIN:DAYLIGHT\nDTSTART:19810329T020000\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nTZOFFSETFROM:+0100\n\
    TZOFFSETTO:+0200\nTZNAME:CEST\nEND:DAYLIGHT\nEND:VTIMEZONE\n";

/// Whether the event or series of an object has this title.
pub fn is_titled(text: &str, title: &str) -> bool {
    let mut events = vevents(text).into_iter();
    events.any(|event| !event.is_override() && event.title() == title)
}

/// The text of the first element with this local name.
fn element(xml: &str, name: &str) -> Option<String> {
    let start = [format!(":{name}>"), format!("<{name}>")];
    let (_, rest) = start.iter().find_map(|start| xml.split_once(start))?;
    let text = rest.split('<').next()?.trim();
    let text = text.replace("&quot;", "\"").replace("&#34;", "\"");
    Some(text.replace("&amp;", "&")).filter(|text| !text.is_empty())
}
