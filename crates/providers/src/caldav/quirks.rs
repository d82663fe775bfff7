//! What known servers do differently, as a table: server × feature.
//!
//! What can be done everywhere without harm is not here but simply done: DTEND is always written, `If-Match: *` never
//! sent, DAV:limit never sent, sync answers that list the collection itself are understood, a VEVENT comp-filter is
//! always given, principals are asked with depth 0.

use std::time::Duration;

/// A difference that the connector looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quirk {
    /// Credentials may go to every host below this domain: homes are on other hosts than the front door.
    Hosts(&'static str),
    /// Look at most this often, in seconds.
    Poll(u64),
    /// So many requests a minute.
    PerMinute(u32),
    /// The ETag in the answer to a PUT need not be that of what was sent: read the object again.
    RereadAfterPut,
    /// sync-collection is missing or loses changes: compare ETags.
    NoSyncCollection,
    /// The same UID must not be in two calendars of the account.
    UniqueUid,
}

use Quirk::{Hosts, NoSyncCollection, PerMinute, Poll, RereadAfterPut, UniqueUid};

/// By host: the name itself or a domain that begins with a dot. The first row that fits counts.
const TABLE: [(&str, &[Quirk]); 9] = [
    // Homes on pNN-caldav.icloud.com; rewrites what it is given; refuses a UID that another calendar has; has no push
    // without Apple's own channel.
    (
        ".icloud.com",
        &[Hosts(".icloud.com"), Poll(90), RereadAfterPut, UniqueUid],
    ),
    // Cyrus; UIDs are unique across the account.
    (
        ".fastmail.com",
        &[Hosts(".fastmail.com"), Poll(60), UniqueUid],
    ),
    // One request per two seconds; has no sync token.
    (".gmx.net", &[Poll(300), NoSyncCollection, RereadAfterPut]),
    (".web.de", &[Poll(300), NoSyncCollection, RereadAfterPut]),
    // Throttles early.
    (".yahoo.com", &[Poll(180), RereadAfterPut]),
    (".mailbox.org", &[Poll(60), RereadAfterPut]),
    // This machine: the sandbox and other servers that cost nothing to ask.
    ("localhost", &[Poll(1), PerMinute(6_000)]),
    ("127.0.0.1", &[Poll(1), PerMinute(6_000)]),
    ("[::1]", &[Poll(1), PerMinute(6_000)]),
];

/// How often to look where nothing is known of the server.
const POLL: Duration = Duration::from_mins(1);
/// How often while things happen.
const HURRY: Duration = Duration::from_secs(20);
/// How many requests a minute where nothing is known of the server. Servers do not publish theirs; this has been harmless
/// at all that are known but GMX, which is asked rarely.
const PER_MINUTE: u32 = 300;

/// What is to be minded at one server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quirks(&'static [Quirk]);

impl Quirks {
    /// Of the server with this host name.
    pub(super) fn of(host: &str) -> Self {
        let fits = |row: &&(&str, &[Quirk])| match row.0.strip_prefix('.') {
            Some(domain) => host
                .strip_suffix(domain)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.')),
            None => host == row.0,
        };
        Self(TABLE.iter().find(fits).map_or(&[], |row| row.1))
    }

    fn has(self, quirk: Quirk) -> bool {
        self.0.contains(&quirk)
    }

    /// The domain whose hosts may have the credentials.
    pub(super) fn hosts(self) -> Option<&'static str> {
        self.0.iter().find_map(|quirk| match quirk {
            Hosts(domain) => Some(*domain),
            _ => None,
        })
    }

    /// How often to look.
    pub(super) fn poll(self) -> Duration {
        self.own_pace().unwrap_or(POLL)
    }

    /// How often to look while things happen. Servers with a pace of their own mean it.
    pub(super) fn hurry(self) -> Duration {
        self.own_pace().unwrap_or(HURRY)
    }

    fn own_pace(self) -> Option<Duration> {
        self.0.iter().find_map(|quirk| match quirk {
            Poll(seconds) => Some(Duration::from_secs(*seconds)),
            _ => None,
        })
    }

    /// How many requests a minute in the long run.
    pub(super) fn per_minute(self) -> u32 {
        let requests = self.0.iter().find_map(|quirk| match quirk {
            PerMinute(requests) => Some(*requests),
            _ => None,
        });
        requests.unwrap_or(PER_MINUTE)
    }

    /// Whether what a PUT stored must be read before it is known.
    pub(super) fn reread_after_put(self) -> bool {
        self.has(RereadAfterPut)
    }

    /// Whether sync-collection can be used.
    pub(super) fn sync_collection(self) -> bool {
        !self.has(NoSyncCollection)
    }

    /// Whether a UID must be unique in the whole account.
    pub(super) fn unique_uid(self) -> bool {
        self.has(UniqueUid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_recognised() {
        for host in ["caldav.icloud.com", "p42-caldav.icloud.com", "icloud.com"] {
            assert!(Quirks::of(host).unique_uid(), "{host}");
        }
        assert_eq!(Quirks::of("caldav.icloud.com").hosts(), Some(".icloud.com"));
        for host in ["evilicloud.com", "icloud.com.example.org", "example.org"] {
            let quirks = Quirks::of(host);
            assert!(!quirks.unique_uid() && quirks.hosts().is_none(), "{host}");
            assert!(quirks.sync_collection() && !quirks.reread_after_put());
            assert_eq!((quirks.poll(), quirks.hurry()), (POLL, HURRY));
        }
        assert_eq!(Quirks::of("localhost").poll(), Duration::from_secs(1));
        assert_eq!(Quirks::of("caldav.icloud.com").per_minute(), PER_MINUTE);
        assert!(Quirks::of("127.0.0.1").per_minute() > PER_MINUTE);
    }
}
