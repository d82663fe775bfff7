//! SOGo, of Debian's packages: its own server over PostgreSQL, with memcached, and Apache before it as its documentation has it:
//! by itself it closes connections without saying so. It does not run as root: then it runs as the user that its package makes.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::process::{Running, free_port};
use super::server::{Kind, PASSWORD, Server, USER};
use crate::Result;
use crate::command::{find, stdout};
use crate::postgres::Cluster;

/// Where Debian has it.
const PROGRAM: &str = "/usr/sbin/sogod";
const APACHE: &str = "/usr/sbin/apache2";
/// Where Debian has Apache's modules.
const MODULES: &str = "/usr/lib/apache2/modules";
/// Who runs it.
const OWNER: &str = "sogo";
const DATABASE: &str = "sogo";

/// What this machine lacks.
pub fn missing() -> Option<&'static str> {
    let exist = [PROGRAM, APACHE]
        .iter()
        .all(|path| Path::new(path).exists());
    let all = exist && find("memcached").is_some() && Cluster::installed();
    (!all)
        .then_some("apt-get install --no-install-recommends sogo memcached apache2-bin postgresql")
}

/// Starts one with one account.
pub fn start(folder: &Path) -> Result<Server> {
    let folder = &fs::canonicalize(folder)?;
    let cluster = Cluster::own()?.ok_or("PostgreSQL is gone")?;
    for (database, script) in [
        ("postgres", format!("CREATE DATABASE {DATABASE}")),
        (DATABASE, accounts()),
    ] {
        let mut psql = Command::new("psql");
        psql.args(["--quiet", "--set=ON_ERROR_STOP=1", "--command", &script]);
        stdout(psql.arg(database).envs(cluster.variables()))?;
    }
    let owner = Owner::of(folder)?;
    let socket = folder.join("memcached");
    let mut memcached = owner.command("memcached", folder);
    memcached.arg("-s").arg(&socket);
    let memcached = Running::start(memcached, &folder.join("memcached.log"), || socket.exists())?;
    let inner = free_port()?;
    let mut sogo = owner.command(PROGRAM, folder);
    let tables = format!("postgresql://{}/{DATABASE}", cluster.authority());
    for (name, value) in settings(&tables, folder, inner) {
        sogo.arg(format!("-{name}")).arg(value);
    }
    let sogo = Running::listening(sogo, &folder.join("log"), inner)?;
    let port = free_port()?;
    let config = folder.join("apache.conf");
    fs::write(&config, before(folder, port, inner))?;
    let mut apache = owner.command(APACHE, folder);
    apache.arg("-f").arg(&config).arg("-DFOREGROUND");
    let root = format!("http://127.0.0.1:{port}/SOGo/dav/");
    Ok(Server {
        kind: Kind::Sogo,
        home: format!("{root}{USER}/Calendar/"),
        root,
        files: None,
        running: Running::listening(apache, &folder.join("apache.log"), port)?,
        beside: vec![sogo, memcached],
        database: Some(cluster),
    })
}

/// What it is told beside `/etc/sogo/sogo.conf`; what is given at its start counts more.
fn settings(tables: &str, folder: &Path, port: u16) -> Vec<(&'static str, String)> {
    let source = format!(
        "({{type = sql; id = users; viewURL = \"{tables}/sogo_users\"; canAuthenticate = YES; isAddressBook = NO; \
         userPasswordAlgorithm = plain;}})"
    );
    let at = |name: &str| folder.join(name).display().to_string();
    vec![
        ("WOUseWatchDog", "NO".to_owned()),
        ("WONoDetach", "YES".to_owned()),
        ("WOLogFile", "-".to_owned()),
        ("WOPidFile", at("pid")),
        ("WOPort", format!("127.0.0.1:{port}")),
        ("SOGoProfileURL", format!("{tables}/sogo_user_profile")),
        ("OCSFolderInfoURL", format!("{tables}/sogo_folder_info")),
        (
            "OCSSessionsFolderURL",
            format!("{tables}/sogo_sessions_folder"),
        ),
        (
            "OCSEMailAlarmsFolderURL",
            format!("{tables}/sogo_alarms_folder"),
        ),
        ("SOGoMemcachedHost", at("memcached")),
        ("SOGoAppointmentSendEMailNotifications", "NO".to_owned()),
        ("SOGoUserSources", source),
    ]
}

/// Apache's configuration, as SOGo's package has it, without a system around it.
fn before(folder: &Path, port: u16, inner: u16) -> String {
    let at = folder.display();
    let modules = [
        "mpm_event",
        "authz_core",
        "env",
        "headers",
        "proxy",
        "proxy_http",
    ];
    let load = |name: &&str| format!("LoadModule {name}_module {MODULES}/mod_{name}.so\n");
    let loaded: String = modules.iter().map(load).collect();
    format!(
        "ServerRoot {at}\nServerName 127.0.0.1\nListen 127.0.0.1:{port}\n{loaded}PidFile {at}/apache.pid\n\
         ErrorLog {at}/apache.errors\nMutex file:{at}\nSetEnv proxy-nokeepalive 1\n\
         RequestHeader set x-webobjects-server-protocol HTTP/1.0\nRequestHeader set x-webobjects-server-name 127.0.0.1\n\
         RequestHeader set x-webobjects-server-port {port}\n\
         RequestHeader set x-webobjects-server-url http://127.0.0.1:{port}\n\
         ProxyPass /SOGo http://127.0.0.1:{inner}/SOGo retry=0 nocanon\n"
    )
}

/// Where it looks for people.
fn accounts() -> String {
    format!(
        "CREATE TABLE sogo_users (c_uid varchar(64) PRIMARY KEY, c_name varchar(64), c_password varchar(64), \
         c_cn varchar(64), mail varchar(64)); \
         INSERT INTO sogo_users VALUES ('{USER}', '{USER}', '{PASSWORD}', '{USER}', '{USER}@interop.example');"
    )
}

/// Whom its programs run as: nobody else than us, if we are not root.
struct Owner(Option<(u32, u32)>);

impl Owner {
    /// Whoever owns the folder from now on.
    fn of(folder: &Path) -> Result<Self> {
        let id = |of: &[&str]| -> Result<u32> {
            Ok(stdout(Command::new("id").args(of))?.trim().parse()?)
        };
        if id(&["-u"])? != 0 {
            return Ok(Self(None));
        }
        stdout(
            Command::new("chown")
                .args(["-R", &format!("{OWNER}:")])
                .arg(folder),
        )?;
        Ok(Self(Some((id(&["-u", OWNER])?, id(&["-g", OWNER])?))))
    }

    fn command(&self, program: &str, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).env("HOME", folder);
        if let Some((user, group)) = self.0 {
            command.uid(user).gid(group);
        }
        command
    }
}
