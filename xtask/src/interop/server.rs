//! The real servers: what they are called, and how they are started with nothing in them.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::process::{Running, clear};
use super::{cyrus, davical, radicale, sogo, xandikos};
use crate::Result;
use crate::postgres::Cluster;

/// The account that each of them has.
pub const USER: &str = "test";
/// Its password.
pub const PASSWORD: &str = "secret";

/// A kind of server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Radicale,
    Xandikos,
    Cyrus,
    DaviCal,
    Sogo,
}

/// One that runs.
pub struct Server {
    pub kind: Kind,
    /// What a person would type.
    pub root: String,
    /// The collection in which the account's calendars are.
    pub home: String,
    /// Where it keeps the account's calendars as files, if others may write them.
    pub files: Option<PathBuf>,
    pub running: Running,
    /// What it needs beside itself; these end after it, in this order.
    #[expect(dead_code, reason = "held until the server has ended")]
    pub beside: Vec<Running>,
    #[expect(dead_code, reason = "the same")]
    pub database: Option<Cluster>,
}

impl Kind {
    /// Those that are always run.
    pub const ALWAYS: [Self; 3] = [Self::Radicale, Self::Xandikos, Self::Cyrus];
    /// Those that bring a good part of a system along, and are run when they are asked for.
    pub const ASKED: [Self; 2] = [Self::DaviCal, Self::Sogo];

    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Radicale => "Radicale",
            Self::Xandikos => "Xandikos",
            Self::Cyrus => "Cyrus",
            Self::DaviCal => "DAViCal",
            Self::Sogo => "SOGo",
        }
    }

    /// What this machine lacks to run it.
    pub fn missing(self) -> Option<&'static str> {
        match self {
            Self::Radicale | Self::Xandikos => None,
            Self::Cyrus => cyrus::missing(),
            Self::DaviCal => davical::missing(),
            Self::Sogo => sogo::missing(),
        }
    }

    /// Starts it in a folder of its own below `folder`. `python` has those that are written in it.
    pub fn start(self, python: &Path, folder: &Path) -> Result<Server> {
        let folder = folder.join(self.name().to_lowercase());
        clear(&folder)?;
        match self {
            Self::Radicale => radicale::start(python, &folder),
            Self::Xandikos => xandikos::start(python, &folder),
            Self::Cyrus => cyrus::start(&folder),
            Self::DaviCal => davical::start(&folder),
            Self::Sogo => sogo::start(&folder),
        }
    }
}

impl Server {
    /// As programs are told where it is.
    pub fn description(&self) -> Value {
        json!({
            "name": self.kind.name(), "root": self.root, "home": self.home, "user": USER, "password": PASSWORD,
            "process": self.running.id(), "files": self.files,
        })
    }
}
