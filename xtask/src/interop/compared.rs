//! The servers that are measured beside each other (`cargo xtask bench caldav`), each with one account.

use std::path::Path;

use serde_json::{Value, json};

use super::PYTHON;
use super::house::House;
use super::process::clear;
use super::server::{Kind, Server};
use crate::Result;
use crate::command::target;

/// Kalends, and beside it those that are installed; ended when this goes.
pub struct Compared {
    kalends: House,
    others: Vec<Server>,
}

/// Starts them. `program` is `kalends`, optimised.
pub fn compared(program: &Path) -> Result<Compared> {
    let folder = target().join("interop/bench");
    clear(&folder)?;
    let kalends = House::start(program, &folder)?;
    let mut others = Vec::new();
    for kind in [Kind::Radicale, Kind::Cyrus] {
        match kind.missing() {
            Some(how) => println!("SKIPPED: {}: not installed: {how}", kind.name()),
            None => others.push(kind.start(&PYTHON.install()?, &folder)?),
        }
    }
    Ok(Compared { kalends, others })
}

impl Compared {
    /// Where they are: Kalends first.
    pub fn description(&self) -> Result<String> {
        let account = self.kalends.account()?;
        let neighbour = self.kalends.account()?;
        let kalends = json!({
            "name": "Kalends", "home": account.home, "user": account.user, "password": account.password,
            "process": self.kalends.id(),
            "neighbour": { "home": neighbour.home, "user": neighbour.user, "password": neighbour.password },
        });
        let others = self.others.iter().map(Server::description);
        let all: Vec<Value> = std::iter::once(kalends).chain(others).collect();
        Ok(serde_json::to_string(&all)?)
    }
}
