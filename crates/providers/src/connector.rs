//! What the hub knows of a provider.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use calendar::Event;
use jiff::Timestamp;
use sync::{Stamp, Version, replication::Reply};
use uuid::Uuid;

/// One authorised account at one provider. Cheap to make; holds no state that matters.
///
/// Nothing here retries a write by itself: after [`Reply::Unknown`] the hub looks before anything is tried again.
/// Reads may be retried inside, within their deadline. Every call respects the account's request budget.
#[async_trait]
pub trait Connector: Send + Sync {
    /// What this provider can do.
    fn traits(&self) -> Traits;

    /// The address that people know the account by, if it can be told better than by its primary calendar's id.
    async fn account(&self) -> Result<Option<String>, Failure> {
        Ok(None)
    }

    /// Whether an id is the same event's as long as that is there. Where it is not, as in the feeds of booking systems, calendars can
    /// only be read, every listing is a full one, and what it does not hold is gone.
    fn ids_last(&self) -> bool {
        true
    }

    /// Whether a cursor surely tells of what was made and deleted since, too. RFC 6578 3.5 lets a server leave that out.
    fn tells_all(&self) -> bool {
        false
    }

    /// All calendars of the account.
    async fn calendars(&self) -> Result<Vec<Calendar>, Failure>;

    /// What changed since `cursor`, to the last page; without a cursor, everything.
    ///
    /// [`Failure::CursorInvalid`] asks for a full listing; it is never a deletion.
    async fn changes(&self, place: Place<'_>, cursor: Option<&str>) -> Result<Changes, Failure>;

    /// Events of a listing that left them to be read later ([`Changes::later`]), some at a time. The answer has no cursor, and says
    /// nothing of any other event.
    async fn read(&self, place: Place<'_>, ids: &[String]) -> Result<Changes, Failure> {
        let _ = (place, ids);
        Ok(Changes::default())
    }

    /// The event with this id, whole.
    async fn get(&self, place: Place<'_>, id: &str) -> Result<Seen, Failure>;

    /// The event that bears this stamp; the look after a create of unknown outcome where the provider chooses ids.
    /// `id` is what [`Connector::choose_id`] said for that create, if it said anything.
    async fn find(&self, place: Place<'_>, id: Option<&str>, stamp: Stamp)
    -> Result<Seen, Failure>;

    /// The id that a new event will get, where we may choose: deterministic in its arguments, so that a second attempt
    /// meets the first one.
    fn choose_id(&self, copy: Uuid, generation: u32) -> Option<String>;

    /// Makes an event that does not exist yet, and nothing if it does ([`Reply::Exists`]).
    async fn create(&self, place: Place<'_>, create: Create<'_>) -> Result<Reply, Failure>;

    /// Changes an event on condition that it still has a version; [`Reply::Stale`] otherwise.
    async fn update(&self, place: Place<'_>, update: Update<'_>) -> Result<Reply, Failure>;

    /// Removes an event on condition that it still has a version; [`Reply::Stale`] otherwise. Never tells attendees.
    async fn delete(&self, place: Place<'_>, delete: Delete<'_>) -> Result<Reply, Failure>;

    /// Asks for a notification whenever the calendar changes. Only where [`Traits::push`].
    async fn watch(&self, place: Place<'_>, watch: Watch<'_>) -> Result<Channel, Failure>;

    /// Lets a channel live until `until`, or as long as the provider allows, and has its authorisation checked anew. `None`
    /// where that cannot be done, or where the channel is not there any more: then another one takes its place.
    async fn prolong(
        &self,
        channel: &Channel,
        until: Timestamp,
    ) -> Result<Option<Channel>, Failure> {
        let _ = (channel, until);
        Ok(None)
    }

    /// Ends a notification channel; one that is not there any more is no failure.
    async fn unwatch(&self, channel: &Channel) -> Result<(), Failure>;
}

/// What a provider can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traits {
    /// It sends notifications.
    pub push: bool,
    /// How often to look where nothing notifies, at rest.
    pub poll: Duration,
    /// The same while things happen in the calendar.
    pub hurry: Duration,
    /// How many writes may be under way at once for one account.
    pub concurrency: usize,
    /// Changing or deleting an event with attendees can be done without telling them.
    pub quiet: bool,
    /// A series with changed occurrences is written in several requests.
    pub in_parts: bool,
}

/// A calendar of the account, as the provider lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// The provider's id or collection href.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `#rrggbb`, if the provider has a colour.
    pub color: Option<String>,
    /// IANA name of its default zone, if the provider has one.
    pub time_zone: Option<String>,
    /// Events can be written.
    pub writable: bool,
    /// The account's main calendar.
    pub primary: bool,
}

/// Which calendar a call is about.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The provider's id or collection href.
    pub id: &'a str,
    /// IANA name of the zone for floating times.
    pub time_zone: &'a str,
    /// What windowed listings cover: first instant.
    pub from: Timestamp,
    /// What windowed listings cover: first instant after it.
    pub to: Timestamp,
}

/// What a read found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// Events that changed, each whole (series with all their overrides), and certain deletions. Each id once.
    pub sightings: Vec<Sighting>,
    /// Events that are there and are yet to be read, with [`Connector::read`]: of a full listing that is too long to be held whole.
    pub later: Vec<String>,
    /// Ids that the provider says are gone, but may only have left the listing's window: the hub checks each with a GET.
    pub doubtful: Vec<String>,
    /// Events that cannot be read; reported and left alone. The rest goes on.
    pub malformed: Vec<Malformed>,
    /// Where the next read begins.
    pub cursor: String,
    /// This was a full listing: what it does not hold may be gone, and is checked with a GET each.
    pub full: bool,
    /// All that there is, with its versions' tags: what the hub has otherwise was kept from it, and is looked at.
    pub all: Option<BTreeMap<String, String>>,
    /// How soon the calendar's publisher says that it is worth while to read again.
    pub again: Option<Duration>,
}

/// One event as it is at the provider.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// The provider's id or href.
    pub id: String,
    /// What is there; `None` is a certain deletion.
    pub found: Option<Found>,
}

/// What is there under an id.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Its version. For a series whose occurrences have versions of their own: one that changes with any of them.
    pub version: Version,
    /// The event.
    pub body: Event,
    /// The stamp that it bears.
    pub stamp: Option<Stamp>,
    /// When the provider says that it was last modified.
    pub modified: Option<Timestamp>,
}

/// The answer to a look.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// It is there.
    Event(Box<Sighting>),
    /// It certainly is not.
    Nothing,
    /// It is there but cannot be read, and why.
    Malformed(Malformed),
}

/// An event that cannot be read: its content makes no sense, or the provider does not hand it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The provider's id or href.
    pub id: String,
    /// Which field is wrong and how; no content.
    pub reason: String,
}

/// A new event.
#[derive(Clone, Copy, Debug)]
pub struct Create<'a> {
    /// Goes into the event, so that it is recognised.
    pub stamp: Stamp,
    /// The id to create it under, from [`Connector::choose_id`].
    pub id: Option<&'a str>,
    /// The event.
    pub body: &'a Event,
    /// Somebody else organises it: what is made is a copy of theirs, and must not become a meeting of the account's.
    pub theirs: bool,
}

/// A change.
#[derive(Clone, Copy, Debug)]
pub struct Update<'a> {
    /// The provider's id or href.
    pub id: &'a str,
    /// What `If-Match` gets.
    pub version: &'a Version,
    /// Goes into the event.
    pub stamp: Stamp,
    /// What the provider has, as it was last read.
    pub previous: &'a Event,
    /// What it shall have. Only units that differ from `previous` are sent where the provider takes patches.
    pub body: &'a Event,
}

/// A removal.
#[derive(Clone, Copy, Debug)]
pub struct Delete<'a> {
    /// The provider's id or href.
    pub id: &'a str,
    /// What `If-Match` gets.
    pub version: &'a Version,
}

/// A request for notifications.
#[derive(Clone, Copy, Debug)]
pub struct Watch<'a> {
    /// Our id of the channel, unique.
    pub id: Uuid,
    /// Where to POST.
    pub address: &'a str,
    /// Secret that every notification must bear.
    pub token: &'a str,
    /// How long it shall live; the provider may say less.
    pub until: Timestamp,
}

/// A notification channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Our id.
    pub id: Uuid,
    /// What the provider needs to end it.
    pub resource: String,
    /// When it ends by itself.
    pub expires: Timestamp,
}

/// Access tokens of one account. Refreshing is single-flight per account and persisted by whoever implements this.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// A token to use now.
    async fn access(&self) -> Result<String, Failure>;

    /// Another one, because the provider refused `stale` with 401.
    async fn renew(&self, stale: &str) -> Result<String, Failure>;
}

/// Why a call brought nothing. Messages name what is wrong and what to do; never content, tokens or addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The account must be connected again by a person.
    #[error("access was withdrawn or has expired ({0}): connect the account again")]
    Reauthorise(String),
    /// The same, because what was granted is less than what is needed: a box that was left empty, a right that was taken back.
    #[error(
        "the account is connected without all that is needed ({0}): connect it again and leave every box ticked"
    )]
    Ungranted(String),
    /// The provider's sign-in does not know this installation, or not its secret: nobody helps that by connecting again.
    #[error(
        "the provider's sign-in does not accept this installation ({0}): see to its client id and secret in the configuration"
    )]
    Misconfigured(String),
    /// Not now: throttled or out of order. Certainly not executed.
    #[error("the provider asks us to wait {} s: {reason}", .after.as_secs())]
    Later {
        /// How long to wait.
        after: Duration,
        /// Its word for why.
        reason: String,
    },
    /// The cursor is too old or unknown; list everything again.
    #[error("the provider no longer knows the sync position; a full listing follows")]
    CursorInvalid,
    /// The calendar is not there.
    #[error("the calendar is not there any more, or not shared with this account any more")]
    CalendarGone,
    /// The account may not do this.
    #[error("the account may not do this: {0}")]
    Forbidden(String),
    /// The provider could not be reached, or answered with something unusable. For a write: certainly not executed.
    #[error("the provider cannot be reached: {0}")]
    Unreachable(String),
    /// An answer that the protocol does not allow.
    #[error("unexpected answer from the provider: {0}")]
    Protocol(String),
}

impl Failure {
    /// Whether nothing will do until a person connects the account again.
    pub fn needs_person(&self) -> bool {
        matches!(self, Self::Reauthorise(_) | Self::Ungranted(_))
    }

    /// Whether what was asked for may be to blame, and not the account, the calendar or the moment: then the rest can go
    /// on.
    pub fn may_be_about_one(&self) -> bool {
        matches!(
            self,
            Self::Forbidden(_) | Self::Unreachable(_) | Self::Protocol(_)
        )
    }
}
