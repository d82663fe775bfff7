//! What is asked.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::{
    Fallible,
    client::{Ask, Client},
    workload::{FROM, TO, name, some, text},
};

/// How many changes a sync has to tell.
const CHANGES: usize = 10;
/// What is next put into titles.
static EDITION: AtomicUsize = AtomicUsize::new(1);
/// How many objects a multiget asks for.
const HUNDRED: usize = 100;

/// A kind of request.
#[derive(Clone, Copy)]
pub enum Request {
    Get,
    Month,
    Multiget,
    FreeBusy,
    InitialSync,
    Sync,
    Propfind,
    /// Last: what it makes is deleted again.
    Put,
}

/// All of them.
pub const ALL: [Request; 8] = [
    Request::Get,
    Request::Month,
    Request::Multiget,
    Request::FreeBusy,
    Request::InitialSync,
    Request::Sync,
    Request::Propfind,
    Request::Put,
];

/// Requests that are measured, and others that undo what they did.
pub struct Plan {
    pub asks: Vec<Ask>,
    /// Addresses of what they make.
    made: Vec<String>,
}

impl Plan {
    fn of(asks: Vec<Ask>) -> Self {
        Self {
            asks,
            made: Vec::new(),
        }
    }

    fn same(ask: Ask, count: usize) -> Self {
        Self::of(vec![ask; count])
    }

    /// Deletes what was made. Not all of it was, where patience ended.
    pub async fn undo(&self, client: &Client) -> Fallible {
        for url in &self.made {
            if client.ask(&Ask::new("DELETE", url.clone())).await.is_err() {
                break;
            }
        }
        Ok(())
    }
}

impl Request {
    /// What it is called in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Month => "month query",
            Self::Multiget => "multiget 100",
            Self::FreeBusy => "30-day free-busy",
            Self::InitialSync => "initial sync",
            Self::Sync => "sync with 10 changes",
            Self::Propfind => "PROPFIND depth 1",
            Self::Put => "PUT",
        }
    }

    /// The requests, in a calendar with so many events.
    pub async fn prepare(self, client: &Client, events: usize) -> Fallible<Plan> {
        let calendar = client.server.calendar();
        let object = |n: usize| format!("{calendar}{}", name(n));
        Ok(match self {
            Self::Get => {
                let gets = some(5_000, events).map(|n| Ask::new("GET", object(n)));
                Plan::of(gets.collect())
            }
            Self::Month => Plan::same(month(&calendar), 200),
            Self::Multiget => {
                let base = calendar.splitn(4, '/').nth(3).unwrap_or_default();
                let hundred = |round: usize| -> String {
                    let numbers = some(events, events).skip(round * HUNDRED % events.max(1));
                    let hrefs = numbers.take(HUNDRED);
                    hrefs
                        .map(|n| format!("<d:href>/{base}{}</d:href>", name(n)))
                        .collect()
                };
                let props = "<d:getetag/><c:calendar-data/>";
                let asks =
                    (0..200).map(|n| report(&calendar, "c:calendar-multiget", props, &hundred(n)));
                Plan::of(asks.collect())
            }
            Self::FreeBusy => {
                let body = format!(
                    "<c:free-busy-query xmlns:c=\"urn:ietf:params:xml:ns:caldav\"><c:time-range start=\"{FROM}\" end=\"{TO}\"/>\
                     </c:free-busy-query>"
                );
                Plan::same(Ask::xml("REPORT", calendar, "1", body), 200)
            }
            Self::InitialSync => Plan::same(sync(&calendar, ""), 100),
            Self::Sync => {
                let token = token(&client.ask(&sync(&calendar, "")).await?)?;
                // The same text again would be no change.
                let edition = EDITION.fetch_add(1, Ordering::Relaxed);
                let changed =
                    some(CHANGES, events).map(|n| Ok(Ask::put(object(n), text(n, edition)?)));
                let changed: Fallible<Vec<Ask>> = changed.collect();
                client.all(changed?, 1).await?;
                Plan::same(sync(&calendar, &token), 500)
            }
            Self::Propfind => {
                let body =
                    "<d:propfind xmlns:d=\"DAV:\"><d:prop><d:getetag/></d:prop></d:propfind>";
                Plan::same(Ask::xml("PROPFIND", calendar, "1", body.to_owned()), 100)
            }
            Self::Put => puts(&calendar, events)?,
        })
    }
}

/// New objects, each put once.
fn puts(calendar: &str, events: usize) -> Fallible<Plan> {
    let numbers = events..events + 1_000;
    let url = |n: usize| format!("{calendar}{}", name(n));
    let asks: Fallible<Vec<Ask>> = numbers
        .clone()
        .map(|n| Ok(Ask::put(url(n), text(n, 0)?)))
        .collect();
    Ok(Plan {
        asks: asks?,
        made: numbers.map(url).collect(),
    })
}

/// A month's objects, whole.
pub fn month(calendar: &str) -> Ask {
    let props = "<d:getetag/><c:calendar-data/>";
    let filter = format!(
        "<c:filter><c:comp-filter name=\"VCALENDAR\"><c:comp-filter name=\"VEVENT\"><c:time-range start=\"{FROM}\" \
         end=\"{TO}\"/></c:comp-filter></c:comp-filter></c:filter>"
    );
    report(calendar, "c:calendar-query", props, &filter)
}

fn report(calendar: &str, name: &str, props: &str, rest: &str) -> Ask {
    let body = format!(
        "<{name} xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:caldav\"><d:prop>{props}</d:prop>{rest}</{name}>"
    );
    Ask::xml("REPORT", calendar.to_owned(), "1", body)
}

fn sync(calendar: &str, token: &str) -> Ask {
    let body = format!(
        "<d:sync-collection xmlns:d=\"DAV:\"><d:sync-token>{token}</d:sync-token><d:sync-level>1</d:sync-level>\
         <d:prop><d:getetag/></d:prop></d:sync-collection>"
    );
    Ask::xml("REPORT", calendar.to_owned(), "0", body)
}

/// The token at the end of an answer.
fn token(answer: &str) -> Fallible<String> {
    let (_, rest) = answer.rsplit_once("sync-token").ok_or("no sync-token")?;
    let (before, _) = answer
        .rsplit_once(rest)
        .and_then(|(before, _)| before.rsplit_once("</"))
        .ok_or("no sync-token")?;
    let (_, token) = before.rsplit_once('>').ok_or("no sync-token")?;
    Ok(token.to_owned())
}
