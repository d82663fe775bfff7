//! tsdav, of npm: `tsdav.mjs` drives it.

use super::{Place, Verdict, heard};
use crate::Result;
use crate::command::{command, find, root};
use crate::node::Node;

const PACKAGES: Node = Node {
    manifest: "xtask/interop",
    folder: "interop/node",
};

pub fn run(place: &Place<'_>) -> Result<Verdict> {
    let Some(node) = find("node").filter(|_| find("npm").is_some()) else {
        return Ok(Verdict::Missing("apt-get install nodejs npm".to_owned()));
    };
    let packages = PACKAGES.install()?;
    // Beside the packages, or it would not find them.
    let script = packages.join("tsdav.mjs");
    std::fs::copy(root().join("xtask/interop/tsdav.mjs"), &script)?;
    let account = place.house.account()?;
    let mut command = command(node);
    command.current_dir(&packages).arg(&script);
    command.args([&account.root, &account.user, &account.password]);
    let (success, said) = heard(&mut command)?;
    let last = said.lines().last().unwrap_or_default().to_owned();
    Ok(if success {
        Verdict::Works(last)
    } else {
        Verdict::Fails(said)
    })
}
