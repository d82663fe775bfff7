//! Programs that run for a while beside us.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::Result;
use crate::command::stdout;

/// How long a program may take until it is ready.
const READY: Duration = Duration::from_secs(120);
/// How long it may take to end.
const FAREWELL: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(50);

/// A program that runs; ended when this goes.
pub struct Running(Child);

impl Running {
    /// Starts it, with what it says in `log`, and waits until it is ready.
    pub fn start(mut command: Command, log: &Path, ready: impl Fn() -> bool) -> Result<Self> {
        let file = File::create(log)?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?);
        let mut running = Self(command.stderr(file).spawn()?);
        let waited = within(READY, || ready() || running.ended());
        if waited.is_err() || running.ended() {
            let said = fs::read_to_string(log)?;
            return Err(format!("{} does not start: {said}", log.display()).into());
        }
        Ok(running)
    }

    /// The same for a program that is ready when it listens on a port.
    pub fn listening(command: Command, log: &Path, port: u16) -> Result<Self> {
        Self::start(command, log, || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        })
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    fn ended(&mut self) -> bool {
        !matches!(self.0.try_wait(), Ok(None))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Asked first: some have children, which they take along.
        let asked = stdout(Command::new("kill").arg(self.0.id().to_string()));
        if asked.is_err() || within(FAREWELL, || self.ended()).is_err() {
            let _ended_already = self.0.kill();
        }
        let _status = self.0.wait();
    }
}

/// Waits until something is so.
#[expect(clippy::disallowed_methods, reason = "a tool that waits for a program")]
pub fn within(deadline: Duration, mut holds: impl FnMut() -> bool) -> Result<()> {
    let begun = Instant::now();
    while !holds() {
        if begun.elapsed() > deadline {
            return Err(format!("not within {deadline:?}").into());
        }
        sleep(LOOK);
    }
    Ok(())
}

/// A port that nobody listens on.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// An empty folder.
pub fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(fs::create_dir_all(folder)?)
}
