//! What changed in a calendar: sync-collection, and ETags where that does not work (RFC 6578, RFC 4791 7.9).

use std::collections::BTreeMap;

use network::Url;
use protocols::caldav::{
    Multiget, Multistatus, PropFind, Props, Report, Response, SyncCollection,
    multistatus::names_condition, name,
};

use super::{
    client::{Client, Read, each_response, multistatus},
    cursor::Cursor,
    href,
    objects::{self, Content, content},
    quirks::Quirks,
};
use crate::{Changes, Failure, Malformed, Seen, Sighting, aside::Aside};

/// Objects of one multiget: servers time out on large ones.
const MULTIGET_MAX: usize = 50;

/// From so many objects on a full listing is read some at a time by whoever asked for it.
const AT_ONCE_MAX: usize = 1_000;

/// Answers of one sync that a server may cut into parts.
const PARTS_MAX: usize = 200;

/// Objects of a listing by id.
#[derive(Default)]
struct Listing {
    /// Those that are there, with ETags.
    present: BTreeMap<String, String>,
    /// Those that the server says are gone.
    gone: Vec<String>,
    /// The server has left some out.
    cut: bool,
}

/// What a sync-collection brought.
enum Synced {
    /// Changes, and the next token.
    To(Listing, String),
    /// The server does not do it.
    Unsupported,
}

impl Client {
    /// What changed since `cursor`.
    pub(super) async fn list(&self, url: &Url, cursor: Option<&str>) -> Result<Changes, Failure> {
        let cursor = match cursor {
            None => None,
            Some(text) => Some(Cursor::read(text).ok_or(Failure::CursorInvalid)?),
        };
        match cursor {
            Some(Cursor::Sync(token)) => self.synced(url, &token, 0).await,
            Some(Cursor::Counted { token, syncs }) => self.synced(url, &token, syncs).await,
            Some(Cursor::Tags {
                collection,
                objects,
            }) => self.compare(url, collection, objects).await,
            None => self.everything(url).await,
        }
    }

    /// What changed since a token. Now and then with the ETags of all that there is: servers that have forgotten a token may say
    /// that nothing has changed, or forget a change.
    async fn synced(&self, url: &Url, token: &str, syncs: u32) -> Result<Changes, Failure> {
        let Synced::To(listing, token) = self.sync(url, Some(token)).await? else {
            return Err(Failure::CursorInvalid);
        };
        let quirks = Quirks::of(url);
        let syncs = syncs + 1;
        let swept = if syncs < quirks.sweep() {
            None
        } else {
            tracing::debug!(server = quirks.name, "all entity tags are compared");
            Some(self.tags(url).await?)
        };
        let syncs = if swept.is_some() { 0 } else { syncs };
        let cursor = Cursor::Counted { token, syncs };
        let mut changes = self.changes(url, listing, cursor, false).await?;
        // Half a list says nothing of what is not in it.
        changes.all = swept.filter(|all| !all.cut).map(|all| all.present);
        Ok(changes)
    }

    async fn everything(&self, url: &Url) -> Result<Changes, Failure> {
        if Quirks::of(url).sync_collection()
            && let Synced::To(mut listing, token) = self.sync(url, None).await?
        {
            if listing.cut {
                // At some servers the parts together are not the whole.
                listing.present.extend(self.tags(url).await?.present);
            }
            let cursor = Cursor::Counted { token, syncs: 0 };
            return self.changes(url, listing, cursor, true).await;
        }
        // The tag is read first: a change in between is seen twice rather than never.
        let collection = self.collection_tag(url).await?;
        let listing = self.tags(url).await?;
        let cursor = Cursor::Tags {
            collection,
            objects: listing.present.clone(),
        };
        self.changes(url, listing, cursor, true).await
    }

    async fn compare(
        &self,
        url: &Url,
        collection: Option<String>,
        objects: BTreeMap<String, String>,
    ) -> Result<Changes, Failure> {
        let now = self.collection_tag(url).await?;
        if now.is_some() && now == collection {
            return Ok(Changes {
                cursor: Cursor::Tags {
                    collection,
                    objects,
                }
                .write(),
                ..Changes::default()
            });
        }
        let mut listing = self.tags(url).await?;
        let cursor = Cursor::Tags {
            collection: now,
            objects: listing.present.clone(),
        };
        let present = &listing.present;
        let missing: Vec<String> = objects
            .keys()
            .filter(|id| !present.contains_key(*id))
            .cloned()
            .collect();
        listing
            .present
            .retain(|id, tag| objects.get(id) != Some(tag));
        let mut changes = self.changes(url, listing, cursor, false).await?;
        changes.doubtful.extend(missing);
        Ok(changes)
    }

    /// One sync-collection, to its last part.
    async fn sync(&self, url: &Url, token: Option<&str>) -> Result<Synced, Failure> {
        let mut listing = Listing::default();
        let mut next = token.map(str::to_owned);
        for _ in 0..PARTS_MAX {
            let report = Report::SyncCollection(SyncCollection {
                token: next.clone(),
                infinite: false,
                limit: None,
                props: Props::of([name::GETETAG]),
            });
            // RFC 6578 3.2 wants Depth 0; some servers look only at the level.
            let asked = self.ask(Read::Report, url, "0", &report.write()).await;
            let response = match (asked, &next) {
                // Servers that fall over an old token do so every time.
                (Err(Failure::Unreachable(why)), Some(_)) if why.contains("answered 500") => {
                    return Err(Failure::CursorInvalid);
                }
                (asked, _) => asked?,
            };
            if response.status != 207 {
                return refused(&response, next.is_some());
            }
            let (token, cut) = take_part(url, &response, &mut listing)?;
            listing.cut |= cut;
            let Some(token) = token else {
                return Ok(Synced::Unsupported);
            };
            if !cut || next.as_deref() == Some(&token) {
                return Ok(Synced::To(listing, token));
            }
            next = Some(token);
        }
        Err(Failure::Protocol("a sync that does not end".to_owned()))
    }

    async fn collection_tag(&self, url: &Url) -> Result<Option<String>, Failure> {
        let find = PropFind::props([name::GETCTAG]).write();
        let answer = self.multistatus(Read::Propfind, url, "0", &find).await?;
        let mut tags = answer
            .responses
            .iter()
            .filter_map(|r| r.text(&name::GETCTAG));
        Ok(tags.next().map(str::to_owned))
    }

    /// The ETags of all objects.
    async fn tags(&self, url: &Url) -> Result<Listing, Failure> {
        let find = PropFind::props([name::GETETAG, name::RESOURCETYPE]).write();
        let answer = self.ask(Read::Propfind, url, "1", &find).await?;
        let mut listing = Listing::default();
        (_, listing.cut) = take_part(url, &answer, &mut listing)?;
        Ok(listing)
    }

    /// Reads the objects of a listing.
    async fn changes(
        &self,
        url: &Url,
        listing: Listing,
        cursor: Cursor,
        full: bool,
    ) -> Result<Changes, Failure> {
        let gone = listing.gone.into_iter().filter(|_| !full);
        let mut changes = Changes {
            sightings: gone.map(|id| Sighting { id, found: None }).collect(),
            cursor: cursor.write(),
            full,
            ..Changes::default()
        };
        let ids: Vec<String> = listing.present.into_keys().collect();
        if full && ids.len() > AT_ONCE_MAX {
            changes.later = ids;
        } else {
            self.read_into(url, &ids, &mut changes).await?;
        }
        Ok(changes)
    }

    /// Objects that a listing left for later.
    pub(super) async fn objects(&self, url: &Url, ids: &[String]) -> Result<Changes, Failure> {
        let mut read = Changes::default();
        self.read_into(url, ids, &mut read).await?;
        Ok(read)
    }

    async fn read_into(
        &self,
        url: &Url,
        ids: &[String],
        changes: &mut Changes,
    ) -> Result<(), Failure> {
        let mut aside = Aside::default();
        for some in ids.chunks(MULTIGET_MAX) {
            self.read_some(url, some, changes, &mut aside).await?;
        }
        Ok(())
    }

    async fn read_some(
        &self,
        url: &Url,
        ids: &[String],
        changes: &mut Changes,
        aside: &mut Aside,
    ) -> Result<(), Failure> {
        let report = Report::Multiget(Multiget {
            props: Props::of([name::GETETAG, name::GETLASTMODIFIED, name::CALENDAR_DATA]),
            hrefs: ids.iter().map(|id| href::path(url, id)).collect(),
        });
        let mut unread: Vec<&String> = ids.iter().collect();
        // A server that does not do multiget, or falls over one of the objects, is asked for one after the other.
        let answer = match self.ask(Read::Report, url, "1", &report.write()).await {
            Ok(response) if response.status == 207 => multistatus(&response),
            Ok(_) => Ok(Multistatus::default()),
            Err(failure) => Err(failure),
        };
        if let Err(failure) = &answer
            && !failure.may_be_about_one()
        {
            return Err(failure.clone());
        }
        if let Ok(answer) = answer {
            for answer in &answer.responses {
                let Some(id) = href::id(url, &answer.href) else {
                    continue;
                };
                if take_object(&id, answer, changes) {
                    unread.retain(|other| **other != id);
                }
            }
        }
        for id in unread {
            match self.look(url, id).await {
                Ok(Seen::Event(sighting)) => changes.sightings.push(*sighting),
                Ok(Seen::Malformed(malformed)) => changes.malformed.push(malformed),
                // Gone since the listing, or no event: the next sync says so, or nothing of ours is there.
                Ok(Seen::Nothing) => {}
                Err(failure) => changes.malformed.push(aside.put(id, failure)?),
            }
        }
        Ok(())
    }
}

/// A sync-collection that was not answered with a multistatus.
fn refused(response: &network::Response, had_token: bool) -> Result<Synced, Failure> {
    let invalid = names_condition(&response.body, &name::VALID_SYNC_TOKEN);
    match response.status {
        404 if !had_token => Err(Failure::CalendarGone),
        _ if had_token
            && (invalid || matches!(response.status, 400 | 403 | 409 | 410 | 412 | 507)) =>
        {
            Err(Failure::CursorInvalid)
        }
        404 => Err(Failure::CalendarGone),
        400..600 => Ok(Synced::Unsupported),
        status => Err(Failure::Protocol(format!("status {status}"))),
    }
}

/// Adds one answer to a listing. Where the next sync begins, and whether the server has cut it off (507 for the collection, RFC
/// 6578 3.6).
fn take_part(
    url: &Url,
    part: &network::Response,
    listing: &mut Listing,
) -> Result<(Option<String>, bool), Failure> {
    let mut cut = false;
    let token = each_response(part, |response| {
        let Some(id) = href::id(url, &response.href) else {
            cut |= response.status == Some(507);
            return;
        };
        if response.is_gone() {
            listing.present.remove(&id);
            listing.gone.push(id);
        } else if let Some(tag) = response.text(&name::GETETAG)
            && !is_collection(&response)
        {
            listing.gone.retain(|other| *other != id);
            listing.present.insert(id, tag.to_owned());
        }
    })?;
    Ok((token, cut))
}

fn is_collection(response: &Response) -> bool {
    let kind = response.prop(&name::RESOURCETYPE);
    response.href.ends_with('/') || kind.is_some_and(|k| k.child(&name::COLLECTION).is_some())
}

/// Adds one object of a multiget. Says whether the answer told everything.
fn take_object(id: &str, answer: &Response, changes: &mut Changes) -> bool {
    if answer.is_gone() {
        // It was there a moment ago: the hub looks for itself.
        changes.doubtful.push(id.to_owned());
        return true;
    }
    let data = answer.prop(&name::CALENDAR_DATA).filter(|d| !d.is_empty());
    let (Some(data), Some(etag)) = (data, answer.text(&name::GETETAG)) else {
        return false;
    };
    let modified = answer
        .text(&name::GETLASTMODIFIED)
        .and_then(objects::http_date);
    let id = id.to_owned();
    match content(data.text.as_bytes()) {
        Content::Event(event, stamp) => changes.sightings.push(Sighting {
            id,
            found: Some(objects::found(*event, stamp, etag, modified)),
        }),
        Content::Malformed(reason) => changes.malformed.push(Malformed { id, reason }),
        Content::Other => {}
    }
    true
}
