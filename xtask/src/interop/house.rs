//! Kalends as a server: `kalends sandbox` with the accounts of `--caldavtester`, each of which has a calendar for events and one
//! for tasks.

use std::cell::Cell;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::process::{Running, clear};
use crate::Result;
use crate::command::command;

/// How many accounts there are.
const ACCOUNTS: u32 = 40;

/// The server while it runs.
pub struct House {
    root: String,
    /// What the tester is told of the accounts.
    described: String,
    given: Cell<u32>,
    running: Running,
}

/// One of its accounts.
pub struct Account {
    /// The address of the server, with a slash at the end.
    pub root: String,
    pub user: String,
    pub password: String,
    /// The collection of its calendars, with a slash at the end.
    pub home: String,
    /// The calendar for events in it, likewise.
    pub calendar: String,
}

impl House {
    /// Starts it in an empty folder. `program` is `kalends`, optimised or not.
    pub fn start(program: &Path, folder: &Path) -> Result<Self> {
        let data = folder.join("kalends");
        clear(&data)?;
        let mut kalends = command(program);
        kalends.args(["sandbox", "--caldavtester", "--port", "0", "--data"]);
        kalends.arg(&data);
        let ready = data.join("serverinfo.xml");
        let running = Running::start(kalends, &folder.join("kalends.log"), || ready.exists())?;
        let sandbox: Value = serde_json::from_slice(&fs::read(data.join("sandbox.json"))?)?;
        let root = sandbox["caldav"]["root"].as_str().ok_or("no CalDAV")?;
        Ok(Self {
            root: root.to_owned(),
            described: fs::read_to_string(ready)?,
            given: Cell::new(0),
            running,
        })
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.running.id()
    }

    /// An account that nobody has used yet.
    pub fn account(&self) -> Result<Account> {
        let number = self.given.get() + 1;
        if number > ACCOUNTS {
            return Err("there are no more accounts".into());
        }
        self.given.set(number);
        let value = |name: &str| {
            let key = format!("<key>${name}{number}:</key><value>");
            let (_, rest) = self.described.split_once(&key)?;
            rest.split('<').next().map(str::to_owned)
        };
        let value = |name: &str| value(name).ok_or_else(|| format!("no {name}{number}"));
        let root = self.root.trim_end_matches('/');
        let home = format!("{root}{}/", value("calendarhome")?);
        Ok(Account {
            root: self.root.clone(),
            user: value("userid")?,
            password: value("pswd")?,
            calendar: format!("{home}calendar/"),
            home,
        })
    }
}
