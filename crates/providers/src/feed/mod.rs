//! Calendars that are published as files: webcal and iCalendar over http(s). They can only be read, and only whole; their ids need
//! not last (`Connector::ids_last`).
//!
//! A file that is not a whole calendar says nothing of what is in the calendar: an error page with status 200, an empty answer and
//! one that was cut off are failures, and nothing is deleted for them.

mod cursor;
mod fetch;
mod pace;
mod read;

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use network::{Budget, Clock, Limits, Network, Url};
use sync::{Stamp, replication::Reply};
use tokio::sync::Mutex;
use uuid::Uuid;

use self::{
    cursor::Cursor,
    fetch::{Fetched, Source},
    read::Reading,
};
use crate::{
    Calendar, Changes, Channel, Connector, Create, Delete, Failure, Place, Seen, Sighting, Traits,
    Update, Watch,
};

/// The provider's name in the API.
pub const NAME: &str = "feed";

/// A feed is one calendar: what it is called among the calendars of its account.
const CALENDAR: &str = "feed";

/// What we ask of one feed.
pub fn limits() -> Limits {
    Limits {
        per_minute: 30,
        burst: 10,
        concurrent: 1,
        patience: Duration::from_secs(20),
    }
}

/// One feed.
pub struct Feed {
    source: Source,
    /// What was read last, so that several questions are one request.
    known: Mutex<Option<Known>>,
}

/// What a feed held.
enum Known {
    /// Only which ids.
    Ids(std::collections::HashSet<String>),
    /// All of it.
    All(HashMap<String, Seen>),
}

impl Feed {
    /// A feed, by the address that a person gave, and a user name and password if they gave any.
    ///
    /// # Errors
    /// The address is none of http, https or webcal.
    pub fn new(
        network: Network,
        clock: Arc<dyn Clock>,
        budget: Arc<Budget>,
        url: &str,
        sign_in: Option<(&str, &str)>,
    ) -> Result<Self, Failure> {
        Ok(Self {
            source: Source::new(network, clock, budget, address(url)?, sign_in),
            known: Mutex::default(),
        })
    }

    async fn whole(&self) -> Result<(Reading, Cursor), Failure> {
        match self.source.fetch(None).await? {
            Fetched::New(body, validators) => {
                let reading = read::reading(&body)?;
                let cursor = self.source.cursor(&reading, validators);
                Ok((reading, cursor))
            }
            Fetched::Unchanged => Err(Failure::Protocol(
                "the server says that nothing has changed, without having been asked that"
                    .to_owned(),
            )),
        }
    }
}

/// An address as people give it. `webcal:` is how browsers are told to open a calendar program; the file itself comes over
/// https.
fn address(text: &str) -> Result<Url, Failure> {
    let problem = |what: &str| Failure::Protocol(format!("the feed's address {what}"));
    let text = text.trim();
    let text = match text.split_once("://") {
        Some((scheme, rest))
            if ["webcal", "webcals"].contains(&scheme.to_ascii_lowercase().as_str()) =>
        {
            format!("https://{rest}")
        }
        Some(_) => text.to_owned(),
        None => format!("https://{text}"),
    };
    let mut url: Url = text.parse().map_err(|_| problem("is not an address"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(problem("must begin with https:// or webcal://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(problem(
            "must not hold a user name or password: give those in their own fields",
        ));
    }
    url.set_fragment(None);
    Ok(url)
}

fn only_read() -> Failure {
    Failure::Forbidden("a feed can only be read".to_owned())
}

#[async_trait]
impl Connector for Feed {
    fn traits(&self) -> Traits {
        Traits {
            push: false,
            // What the feed itself says comes with each read.
            poll: pace::POLL,
            hurry: pace::POLL,
            concurrency: 1,
            quiet: true,
            in_parts: false,
        }
    }

    fn ids_last(&self) -> bool {
        false
    }

    /// The host: the rest of the address may be the key to the feed.
    async fn account(&self) -> Result<Option<String>, Failure> {
        Ok(Some(self.source.host()))
    }

    async fn calendars(&self) -> Result<Vec<Calendar>, Failure> {
        let (reading, _) = self.whole().await?;
        Ok(vec![Calendar {
            id: CALENDAR.to_owned(),
            name: reading.name.unwrap_or_else(|| self.source.host()),
            color: reading.color,
            time_zone: reading.time_zone,
            writable: false,
            primary: true,
        }])
    }

    async fn changes(&self, _place: Place<'_>, cursor: Option<&str>) -> Result<Changes, Failure> {
        let before = cursor.and_then(Cursor::read);
        let fetched = self.source.fetch(before.as_ref()).await?;
        let (body, validators) = match (fetched, before.clone()) {
            (Fetched::New(body, validators), _) => (body, validators),
            (Fetched::Unchanged, Some(cursor)) => return Ok(unchanged(&cursor)),
            (Fetched::Unchanged, None) => return Err(Failure::CursorInvalid),
        };
        let reading = read::reading(&body)?;
        drop(body);
        let cursor = self.source.cursor(&reading, validators);
        *self.known.lock().await = Some(Known::Ids(reading.ids()));
        if before.is_some_and(|before| before.print == cursor.print) {
            return Ok(unchanged(&cursor));
        }
        Ok(Changes {
            sightings: reading.sightings,
            malformed: reading.malformed,
            cursor: cursor.write(),
            full: true,
            again: Some(cursor.pace()),
            ..Changes::default()
        })
    }

    async fn get(&self, _place: Place<'_>, id: &str) -> Result<Seen, Failure> {
        let mut known = self.known.lock().await;
        if let Some(Known::Ids(ids)) = &*known
            && !ids.contains(id)
        {
            return Ok(Seen::Nothing);
        }
        if !matches!(*known, Some(Known::All(_))) {
            let (reading, _) = self.whole().await?;
            *known = Some(Known::All(reading.into_seen()));
        }
        let Some(Known::All(all)) = &*known else {
            return Ok(Seen::Nothing);
        };
        Ok(all.get(id).cloned().unwrap_or(Seen::Nothing))
    }

    async fn find(
        &self,
        _place: Place<'_>,
        _id: Option<&str>,
        _stamp: Stamp,
    ) -> Result<Seen, Failure> {
        Ok(Seen::Nothing)
    }

    fn choose_id(&self, _copy: Uuid, _generation: u32) -> Option<String> {
        None
    }

    async fn create(&self, _place: Place<'_>, _create: Create<'_>) -> Result<Reply, Failure> {
        Err(only_read())
    }

    async fn update(&self, _place: Place<'_>, _update: Update<'_>) -> Result<Reply, Failure> {
        Err(only_read())
    }

    async fn delete(&self, _place: Place<'_>, _delete: Delete<'_>) -> Result<Reply, Failure> {
        Err(only_read())
    }

    async fn watch(&self, _place: Place<'_>, _watch: Watch<'_>) -> Result<Channel, Failure> {
        Err(Failure::Protocol("feeds send no notifications".to_owned()))
    }

    async fn unwatch(&self, _channel: &Channel) -> Result<(), Failure> {
        Ok(())
    }
}

/// Nothing is news, and nothing is gone.
fn unchanged(cursor: &Cursor) -> Changes {
    Changes {
        cursor: cursor.write(),
        again: Some(cursor.pace()),
        ..Changes::default()
    }
}

impl Reading {
    fn ids(&self) -> std::collections::HashSet<String> {
        let there = self.sightings.iter().map(|sighting| &sighting.id);
        let unread = self.malformed.iter().map(|malformed| &malformed.id);
        there.chain(unread).cloned().collect()
    }

    fn into_seen(self) -> HashMap<String, Seen> {
        let seen = |sighting: Sighting| (sighting.id.clone(), Seen::Event(Box::new(sighting)));
        let there = self.sightings.into_iter().map(seen);
        let unread = self.malformed.into_iter();
        let unread = unread.map(|bad| (bad.id.clone(), Seen::Malformed(bad)));
        there.chain(unread).collect()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn addresses_as_people_have_them() {
        for (given, wanted) in [
            ("webcal://example.org/a.ics", "https://example.org/a.ics"),
            (
                "WebCal://example.org/a.ics?key=1#x",
                "https://example.org/a.ics?key=1",
            ),
            ("webcals://example.org:8443/", "https://example.org:8443/"),
            ("http://example.org/a.ics", "http://example.org/a.ics"),
            (" example.org/a.ics ", "https://example.org/a.ics"),
        ] {
            assert_eq!(address(given).unwrap().as_str(), wanted);
        }
        for bad in [
            "ftp://example.org/",
            "https://",
            "https://me:secret@example.org/",
        ] {
            let failure = address(bad).unwrap_err().to_string();
            assert!(!failure.contains("secret"), "{failure}");
        }
    }
}
