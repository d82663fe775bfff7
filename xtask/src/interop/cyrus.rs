//! Cyrus, of Debian's packages: CalDAV as a part of a mail server. It runs as a user of its own if we are root, and as ours if not.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::process::{Running, free_port};
use super::server::{Kind, PASSWORD, Server, USER};
use crate::Result;
use crate::command::{find, stdout};

/// Where Debian has its programs.
const PROGRAMS: &str = "/usr/lib/cyrus/bin";
/// Who may make mailboxes.
const ADMIN: &str = "cyrus";

/// What this machine lacks.
pub fn missing() -> Option<&'static str> {
    let program = |name: &str| Path::new(PROGRAMS).join(name).exists();
    let all = program("master") && program("httpd") && find("saslpasswd2").is_some();
    (!all).then_some("apt-get install cyrus-imapd cyrus-caldav sasl2-bin")
}

/// Starts one with one account.
pub fn start(folder: &Path) -> Result<Server> {
    let (http, imap) = (free_port()?, free_port()?);
    let folder = &fs::canonicalize(folder)?;
    let root_user = stdout(Command::new("id").arg("-u"))?.trim() == "0";
    let user = if root_user {
        ADMIN.to_owned()
    } else {
        stdout(Command::new("id").arg("-un"))?.trim().to_owned()
    };
    configure(folder, &user, http, imap)?;
    for account in [ADMIN, USER] {
        password(folder, account)?;
    }
    if root_user {
        let owner = format!("{ADMIN}:");
        stdout(Command::new("chown").args(["-R", &owner]).arg(folder))?;
    }
    let mut command = Command::new(Path::new(PROGRAMS).join("master"));
    command.arg("-M").arg(folder.join("cyrus.conf"));
    command.arg("-C").arg(folder.join("imapd.conf"));
    command.arg("-p").arg(folder.join("pid"));
    let running = Running::listening(command, &folder.join("log"), http)?;
    mailbox(imap)?;
    let root = format!("http://127.0.0.1:{http}/");
    Ok(Server {
        kind: Kind::Cyrus,
        home: format!("{root}dav/calendars/user/{USER}/"),
        root,
        files: None,
        running,
        beside: Vec::new(),
        database: None,
    })
}

fn configure(folder: &Path, user: &str, http: u16, imap: u16) -> Result<()> {
    let at = folder.display();
    let config = format!(
        "cyrus_user: {user}\nconfigdirectory: {at}/config\ndefaultpartition: default\npartition-default: {at}/spool\n\
         proc_path: {at}/proc\nmboxname_lockpath: {at}/lock\nlmtpsocket: {at}/lmtp\nidlesocket: {at}/idle\n\
         notifysocket: {at}/notify\nservername: localhost\nadmins: {ADMIN}\nallowplaintext: yes\nsasl_mech_list: PLAIN\n\
         sasl_pwcheck_method: auxprop\nsasl_auxprop_plugin: sasldb\nsasl_sasldb_path: {at}/sasldb\nunixhierarchysep: yes\n\
         httpmodules: caldav\ncaldav_allowscheduling: off\n"
    );
    fs::write(folder.join("imapd.conf"), config)?;
    let given = format!("-C {at}/imapd.conf");
    let services = format!(
        "START {{\n recover cmd=\"{PROGRAMS}/ctl_cyrusdb {given} -r\"\n}}\nSERVICES {{\n\
         imap cmd=\"imapd {given}\" listen=\"127.0.0.1:{imap}\" maxchild=2\n\
         http cmd=\"httpd {given}\" listen=\"127.0.0.1:{http}\" maxchild=100\n}}\n"
    );
    fs::write(folder.join("cyrus.conf"), services)?;
    for name in ["config", "spool"] {
        fs::create_dir_all(folder.join(name))?;
    }
    Ok(())
}

fn password(folder: &Path, account: &str) -> Result<()> {
    let database: PathBuf = folder.join("sasldb");
    let mut command = Command::new("saslpasswd2");
    command.args(["-p", "-c", "-u", "localhost", "-f"]);
    command.arg(database).arg(account).stdin(Stdio::piped());
    let mut child = command.spawn()?;
    if let Some(input) = &mut child.stdin {
        input.write_all(PASSWORD.as_bytes())?;
    }
    drop(child.stdin.take());
    match child.wait()? {
        status if status.success() => Ok(()),
        status => Err(format!("saslpasswd2 ended with {status}").into()),
    }
}

/// Calendars belong to a mailbox: makes that of the account (RFC 9051).
fn mailbox(port: u16) -> Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    let script = format!("a LOGIN {ADMIN} {PASSWORD}\r\nb CREATE user/{USER}\r\nc LOGOUT\r\n");
    stream.write_all(script.as_bytes())?;
    let mut said = String::new();
    for line in BufReader::new(stream).lines() {
        said += &line?;
        said.push('\n');
    }
    if said.contains("\nb OK") {
        Ok(())
    } else {
        Err(format!("Cyrus makes no mailbox: {said}").into())
    }
}
