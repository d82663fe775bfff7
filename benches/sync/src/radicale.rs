//! Two Radicale servers, which belong to neither side: the same ones, with the same events, for whoever syncs them.

use std::{
    fs,
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{Fallible, served::free_port, workload};

/// How long a server may take until it listens.
const READY: Duration = Duration::from_secs(30);
/// The one account.
pub const USER: &str = "bench";
/// Its one calendar.
pub const CALENDAR: &str = "calendar";

/// A server with a calendar.
pub struct Radicale {
    child: Child,
    folder: PathBuf,
    port: u16,
}

impl Radicale {
    /// Starts one that holds these events and waits until it listens.
    pub fn start(
        python: &Path,
        folder: PathBuf,
        events: impl Iterator<Item = usize>,
    ) -> Fallible<Self> {
        let collection = collection(&folder);
        fs::create_dir_all(&collection)?;
        fs::write(
            collection.join(".Radicale.props"),
            "{\"tag\": \"VCALENDAR\"}",
        )?;
        for number in events {
            let file = collection.join(format!("{number}.ics"));
            fs::write(file, workload::text(number, 0))?;
        }
        let port = free_port()?;
        let config = folder.join("config");
        let text = format!(
            "[server]\nhosts = 127.0.0.1:{port}\nmax_connections = 40\n[auth]\ntype = none\n[rights]\ntype = owner_only\n\
             [storage]\nfilesystem_folder = {}\n[logging]\nlevel = error\n",
            folder.display()
        );
        fs::write(&config, text)?;
        let log = fs::File::create(folder.join("log"))?;
        let mut command = Command::new(python);
        command.args(["-m", "radicale", "--config"]).arg(&config);
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let server = Self {
            child: command.spawn()?,
            folder,
            port,
        };
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if begin.elapsed() > READY {
                return Err(format!("Radicale does not listen at port {port}").into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// Its address.
    pub fn root(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// How many events it holds.
    pub fn count(&self) -> Fallible<usize> {
        let mut count = 0;
        for entry in fs::read_dir(collection(&self.folder))? {
            count += usize::from(entry?.path().extension().is_some_and(|e| e == "ics"));
        }
        Ok(count)
    }
}

impl Drop for Radicale {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nobody to be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collection(folder: &Path) -> PathBuf {
    folder.join("collection-root").join(USER).join(CALENDAR)
}
