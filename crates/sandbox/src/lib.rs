//! Local stand-ins for Google Calendar, Microsoft 365 and an iCloud-like CalDAV server.
//!
//! Each is a further instance of Kalends with its own database, people and OAuth, speaking one dialect on its own port.
//! In front of each stands a fault layer. A control port sets the faults, and `sandbox.json` tells clients everything
//! that they need to know. [`demo`] fills the three with the life of a small practice, [`robot`] signs in at them as a
//! person would.

mod control;
pub mod demo;
mod description;
mod faults;
mod files;
mod notify;
mod pages;
mod people;
mod place;
pub mod robot;
mod serve;
mod tester;
mod tls;
mod twin;

use std::path::PathBuf;

pub use faults::{Faults, Plan, SPARED};
pub use people::{OauthClient, Person};
pub use serve::Sandbox;
pub use twin::{Kind, Twin};

/// How the sandbox is started.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where databases, `sandbox.json` and the certificate authority are kept.
    pub data: PathBuf,
    /// Forget what is there: once the ports are ours, and no other sandbox has the directory.
    pub fresh: bool,
    /// First port: Google, then Microsoft 365, CalDAV, control; TLS ten above. 0 takes free ones.
    pub port: u16,
    /// Where a hub's OAuth client gets its answers.
    pub redirect_uri: String,
    /// Which stand-ins to start; all for the usual sandbox, one for tests that want a process each.
    pub kinds: Vec<Kind>,
    /// Whether to serve TLS as well.
    pub tls: bool,
    /// The CalDAV stand-in has the accounts that Apple's caldavtester expects instead of its two people, and a
    /// `serverinfo.xml` for it is written beside `sandbox.json`.
    pub tester: bool,
}

impl Settings {
    /// All three, with TLS, on the usual ports (8421 and on), for a hub on the usual port.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            fresh: false,
            port: 8421,
            redirect_uri: "http://127.0.0.1:8420/oauth/callback".to_owned(),
            kinds: Kind::ALL.to_vec(),
            tls: true,
            tester: false,
        }
    }
}

/// Why the sandbox cannot start, or cannot be filled.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or a port.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The data directory is another sandbox's.
    #[error(
        "{0} is in use by a running sandbox or demo; stop it, or choose another directory with --data"
    )]
    Taken(PathBuf),
    /// Nothing is removed that may be somebody's.
    #[error("--fresh: {0} does not look like a sandbox's data")]
    NotOurs(PathBuf),
    /// A database.
    #[error(transparent)]
    Storage(#[from] storage::Error),
    /// People and tokens.
    #[error(transparent)]
    Identity(#[from] identity::Error),
    /// The hub of a stand-in.
    #[error(transparent)]
    Hub(#[from] hub::Error),
    /// A certificate.
    #[error("the sandbox's certificates: {0}")]
    Certificate(String),
    /// A file of ours that cannot be read.
    #[error("{0} cannot be read; start with --fresh")]
    Unreadable(PathBuf),
    /// The HTTP client.
    #[error(transparent)]
    Network(#[from] network::Error),
    /// A stand-in answered otherwise than the demo needs.
    #[error("{what}: the stand-in answered {status}")]
    Answer {
        /// What was tried.
        what: String,
        /// What it said.
        status: u16,
    },
    /// The demo takes all three stand-ins.
    #[error(
        "the demo needs the stand-ins of Google, Microsoft 365 and CalDAV; not all of them are described"
    )]
    Incomplete,
    /// A moment that the calendar does not have.
    #[error("the demo's dates: {0}")]
    Date(#[from] jiff::Error),
}

/// A sandbox's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Error {
    move |source| Error::Io {
        what: what.into(),
        source,
    }
}
