//! DAViCal, of Debian's packages: PHP over PostgreSQL. PHP's own web server runs it; Apache is not needed.

use std::path::Path;
use std::process::Command;

use super::process::{Running, free_port};
use super::server::{Kind, PASSWORD, Server, USER};
use crate::Result;
use crate::command::{find, stdout};
use crate::postgres::Cluster;

/// Where Debian has it.
const HOME: &str = "/usr/share/davical";
/// What makes its database. It is told where that is by the variables of PostgreSQL's own programs, and so is DAViCal, as the
/// package configures it (`/etc/davical/config.php`).
const MAKES: &str = "/usr/share/davical/dba/create-database.sh";
const DATABASE: &str = "davical";

/// What this machine lacks.
pub fn missing() -> Option<&'static str> {
    let all = Path::new(MAKES).exists() && find("php").is_some() && Cluster::installed();
    (!all).then_some(
        "apt-get install --no-install-recommends davical php-cli php-pgsql php-xml postgresql",
    )
}

/// Starts one with one account.
pub fn start(folder: &Path) -> Result<Server> {
    let cluster = Cluster::own()?.ok_or("PostgreSQL is gone")?;
    let at = cluster.variables();
    let mut make = Command::new("sh");
    make.args([MAKES, DATABASE, PASSWORD]).envs(at.clone());
    stdout(&mut make)?;
    let mut account = Command::new("psql");
    account.args(["--quiet", "--set=ON_ERROR_STOP=1", DATABASE]);
    account
        .args(["--command", &account_of(USER)])
        .envs(at.clone());
    stdout(&mut account)?;
    let port = free_port()?;
    let mut php = Command::new("php");
    php.args(["-d", &format!("include_path=/usr/share/awl/inc:{HOME}/inc")]);
    php.args(["-S", &format!("127.0.0.1:{port}")]);
    php.args(["-t", &format!("{HOME}/htdocs")]);
    // One process, one request after the other: its workers would outlive it.
    php.envs(at).env_remove("PHP_CLI_SERVER_WORKERS");
    let root = format!("http://127.0.0.1:{port}/caldav.php/");
    Ok(Server {
        kind: Kind::DaviCal,
        home: format!("{root}{USER}/"),
        root,
        files: None,
        running: Running::listening(php, &folder.join("log"), port)?,
        beside: Vec::new(),
        database: Some(cluster),
    })
}

/// What its pages for administrators would write for a new account. Two asterisks before a password: as it is.
fn account_of(user: &str) -> String {
    format!(
        "INSERT INTO usr (user_no, active, email_ok, updated, username, password, fullname, email) VALUES (1001, true, \
         current_date, current_date, '{user}', '**{PASSWORD}', '{user}', '{user}@interop.example'); \
         INSERT INTO principal (principal_id, type_id, user_no, displayname, default_privileges) \
         VALUES (1001, 1, 1001, '{user}', 0::bit(24));"
    )
}
