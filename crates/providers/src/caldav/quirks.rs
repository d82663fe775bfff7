//! What is to be minded at particular servers. What is simply done everywhere is not here: DTEND is always written,
//! `If-Match: *` never sent, DAV:limit never sent, an object written whole with all its occurrences, sync answers that list the
//! collection itself are understood, a VEVENT comp-filter is always given, principals are asked with depth 0.
//! `docs/conformance/caldav-servers.md` says of each row where it comes from.

use std::time::Duration;

use network::Url;

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
    /// A sync token that the server does not know (any more) is answered as if nothing had changed: sweep often.
    SilentTokens,
    /// A DELETE does not look at its `If-Match`: look before it.
    BlindDelete,
    /// The same UID must not be in two calendars of the account.
    UniqueUid,
}

use Quirk::{
    BlindDelete, Hosts, NoSyncCollection, PerMinute, Poll, RereadAfterPut, SilentTokens, UniqueUid,
};

/// How a server is known.
#[derive(Clone, Copy, Debug)]
enum Sign {
    /// By its host: the name itself, or a domain that begins with a dot.
    Host(&'static str),
    /// By what the paths of its calendars have in them, wherever it is installed.
    Path(&'static str),
}

use Sign::{Host, Path};

/// A kind of server.
struct Server {
    name: &'static str,
    signs: &'static [Sign],
    quirks: &'static [Quirk],
}

/// The first row that fits counts; hosts before what may be installed anywhere, also on this machine.
const TABLE: [Server; 19] = [
    // Homes on pNN-caldav.icloud.com; rewrites what it is given; refuses a UID that another calendar has; has no push
    // without Apple's own channel.
    Server {
        name: "iCloud",
        signs: &[Host(".icloud.com")],
        quirks: &[Hosts(".icloud.com"), Poll(90), RereadAfterPut, UniqueUid],
    },
    Server {
        name: "Fastmail",
        signs: &[Host(".fastmail.com")],
        quirks: &[Hosts(".fastmail.com"), Poll(60), UniqueUid],
    },
    // One request per two seconds; has no sync token; the ETag of a PUT is weak, that of a GET strong.
    Server {
        name: "GMX",
        signs: &[Host(".gmx.net"), Host(".gmx.com"), Host(".gmx.de")],
        quirks: &[Poll(300), PerMinute(30), NoSyncCollection, RereadAfterPut],
    },
    Server {
        name: "web.de",
        signs: &[Host(".web.de")],
        quirks: &[Poll(300), PerMinute(30), NoSyncCollection, RereadAfterPut],
    },
    // Throttles early; has no sync token that can be used; refuses a UID that another calendar has.
    Server {
        name: "Yahoo",
        signs: &[Host(".yahoo.com")],
        quirks: &[
            Poll(180),
            PerMinute(30),
            NoSyncCollection,
            RereadAfterPut,
            UniqueUid,
        ],
    },
    // OX App Suite.
    Server {
        name: "mailbox.org",
        signs: &[Host(".mailbox.org")],
        quirks: &[Poll(60), RereadAfterPut, SilentTokens, UniqueUid],
    },
    Server {
        name: "Google",
        signs: &[Host("apidata.googleusercontent.com"), Path("/caldav/v2/")],
        quirks: &[Poll(60), RereadAfterPut, UniqueUid],
    },
    // A Dovecot beside a server of their own.
    Server {
        name: "Posteo",
        signs: &[Host(".posteo.de")],
        quirks: &[NoSyncCollection],
    },
    Server {
        name: "Nextcloud",
        signs: &[Path("/remote.php/dav/"), Path("/remote.php/caldav/")],
        quirks: &[],
    },
    Server {
        name: "Baïkal",
        signs: &[Path("/dav.php/"), Path("/cal.php/")],
        quirks: &[],
    },
    Server {
        name: "Cyrus",
        signs: &[Path("/dav/calendars/user/")],
        quirks: &[UniqueUid],
    },
    Server {
        name: "DAViCal",
        signs: &[Path("/caldav.php/")],
        quirks: &[SilentTokens],
    },
    Server {
        name: "SOGo",
        signs: &[Path("/SOGo/dav/")],
        quirks: &[SilentTokens, RereadAfterPut, BlindDelete],
    },
    Server {
        name: "Stalwart",
        signs: &[Path("/dav/cal/")],
        quirks: &[SilentTokens],
    },
    Server {
        name: "OX App Suite",
        signs: &[Path("/caldav/Y2Fs")],
        quirks: &[SilentTokens, RereadAfterPut, UniqueUid],
    },
    // A cancelled occurrence comes back as EXDATE; a home is /dav/NAME/, which others have, too.
    Server {
        name: "Zimbra",
        signs: &[Path("/dav/"), Path("/principals/users/")],
        quirks: &[RereadAfterPut],
    },
    // The sandbox and others of which nothing else is known.
    Server {
        name: "this machine",
        signs: &HERE,
        quirks: &[],
    },
    // Both are at the root or wherever somebody put them: nothing is to be minded, and nothing tells them from others.
    Server {
        name: "Radicale",
        signs: &[],
        quirks: &[],
    },
    Server {
        name: "Xandikos",
        signs: &[],
        quirks: &[],
    },
];

/// This machine: whatever runs there costs nothing to ask.
const HERE: [Sign; 3] = [Host("localhost"), Host("127.0.0.1"), Host("[::1]")];
/// How often to look there.
const POLL_HERE: Duration = Duration::from_secs(1);
/// How many requests a minute.
const PER_MINUTE_HERE: u32 = 6_000;

/// How often to look where nothing is known of the server.
const POLL: Duration = Duration::from_mins(1);
/// How often while things happen.
const HURRY: Duration = Duration::from_secs(20);
/// How many requests a minute where nothing is known of the server. Servers do not publish theirs; this has been harmless
/// at all that are known but GMX, which is asked rarely.
const PER_MINUTE: u32 = 300;
/// After so many syncs all ETags are compared with what is known, whatever the server says of its tokens.
const SWEEP: u32 = 500;
/// The same where an unknown token is answered as if nothing had changed.
const SWEEP_SILENT: u32 = 20;

/// What is to be minded at one server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quirks {
    /// What the kind of server is called; nothing where it is not known.
    pub(super) name: &'static str,
    all: &'static [Quirk],
    /// Whether it is on this machine.
    here: bool,
}

impl Quirks {
    /// Of a server of which nothing is known.
    pub(super) fn unknown() -> Self {
        Self {
            name: "",
            all: &[],
            here: false,
        }
    }

    /// Of the server with this address: that of one of its calendars tells most.
    pub(super) fn of(url: &Url) -> Self {
        let host = url.host_str().unwrap_or_default();
        let fits = |sign: &Sign| match sign {
            Host(name) => match name.strip_prefix('.') {
                Some(domain) => host
                    .strip_suffix(domain)
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('.')),
                None => host == *name,
            },
            Path(part) => url.path().contains(part),
        };
        let row = TABLE.iter().find(|row| row.signs.iter().any(fits));
        row.map_or_else(Self::unknown, |row| Self {
            name: row.name,
            all: row.quirks,
            here: HERE.iter().any(fits),
        })
    }

    fn has(self, quirk: Quirk) -> bool {
        self.all.contains(&quirk)
    }

    /// The domain whose hosts may have the credentials.
    pub(super) fn hosts(self) -> Option<&'static str> {
        self.all.iter().find_map(|quirk| match quirk {
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
        if self.here {
            return Some(POLL_HERE);
        }
        self.all.iter().find_map(|quirk| match quirk {
            Poll(seconds) => Some(Duration::from_secs(*seconds)),
            _ => None,
        })
    }

    /// How many requests a minute in the long run.
    pub(super) fn per_minute(self) -> u32 {
        if self.here {
            return PER_MINUTE_HERE;
        }
        let requests = self.all.iter().find_map(|quirk| match quirk {
            PerMinute(requests) => Some(*requests),
            _ => None,
        });
        requests.unwrap_or(PER_MINUTE)
    }

    /// Whether what a PUT stored must be read before it is known.
    pub(super) fn reread_after_put(self) -> bool {
        self.has(RereadAfterPut)
    }

    /// Whether the tag must be compared before a DELETE.
    pub(super) fn blind_delete(self) -> bool {
        self.has(BlindDelete)
    }

    /// Whether sync-collection can be used.
    pub(super) fn sync_collection(self) -> bool {
        !self.has(NoSyncCollection)
    }

    /// After how many syncs all ETags are compared.
    pub(super) fn sweep(self) -> u32 {
        if self.has(SilentTokens) {
            SWEEP_SILENT
        } else {
            SWEEP
        }
    }

    /// Whether a UID must be unique in the whole account.
    pub(super) fn unique_uid(self) -> bool {
        self.has(UniqueUid)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn of(address: &str) -> Quirks {
        Quirks::of(&format!("https://{address}").parse().unwrap())
    }

    #[test]
    fn servers_are_recognised_by_host_and_by_path() {
        for (address, name) in [
            ("caldav.icloud.com/", "iCloud"),
            ("p42-caldav.icloud.com/123/calendars/home/", "iCloud"),
            ("icloud.com", "iCloud"),
            ("evilicloud.com/", ""),
            ("icloud.com.example.org/", ""),
            (
                "caldav.fastmail.com/dav/calendars/user/me@fastmail.com/1/",
                "Fastmail",
            ),
            ("caldav.gmx.net/begenda/dav/1/calendar/", "GMX"),
            ("caldav.web.de/begenda/dav/1/calendar/", "web.de"),
            ("caldav.calendar.yahoo.com/dav/me/Calendar/x/", "Yahoo"),
            ("dav.mailbox.org/caldav/Y2FsOi8vMC8zMQ/", "mailbox.org"),
            (
                "apidata.googleusercontent.com/caldav/v2/me/events/",
                "Google",
            ),
            ("posteo.de:8443/calendars/me/default/", "Posteo"),
            (
                "cloud.example.org/nextcloud/remote.php/dav/calendars/me/personal/",
                "Nextcloud",
            ),
            (
                "example.org/baikal/html/dav.php/calendars/me/default/",
                "Baïkal",
            ),
            ("imap.example.org/dav/calendars/user/me/Default/", "Cyrus"),
            ("example.org/davical/caldav.php/me/home/", "DAViCal"),
            ("example.org/SOGo/dav/me/Calendar/personal/", "SOGo"),
            ("example.org/dav/cal/me/default/", "Stalwart"),
            ("ox.example.org/caldav/Y2FsOi8vMC8zMQ/", "OX App Suite"),
            ("mail.example.org/dav/me@example.org/Calendar/", "Zimbra"),
            ("example.org/radicale/me/1/", ""),
        ] {
            assert_eq!(of(address).name, name, "{address}");
        }
    }

    #[test]
    fn what_is_known_counts_and_the_rest_is_as_the_rfc_says() {
        assert_eq!(of("caldav.icloud.com").hosts(), Some(".icloud.com"));
        let plain = of("example.org/me/");
        assert!(!plain.unique_uid() && plain.hosts().is_none());
        assert!(plain.sync_collection() && !plain.reread_after_put());
        assert_eq!((plain.poll(), plain.hurry()), (POLL, HURRY));
        assert_eq!((plain.per_minute(), plain.sweep()), (PER_MINUTE, SWEEP));
        assert_eq!(of("localhost").poll(), Duration::from_secs(1));
        assert!(of("127.0.0.1").per_minute() > PER_MINUTE);
        // A known kind of server that runs here keeps its manners, and not its pace.
        let here = of("127.0.0.1:8080/caldav.php/me/home/");
        assert_eq!((here.name, here.sweep()), ("DAViCal", SWEEP_SILENT));
        assert_eq!((here.poll(), here.hurry()), (POLL_HERE, POLL_HERE));
        let gmx = of("caldav.gmx.net");
        assert!(!gmx.sync_collection() && gmx.per_minute() == 30);
        assert_eq!(of("example.org/SOGo/dav/me/").sweep(), SWEEP_SILENT);
        assert!(of("imap.example.org/dav/calendars/user/me/x/").unique_uid());
    }
}
