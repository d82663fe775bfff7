//! The real program on a database that was made here, and how it is started and ended.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use providers::Directory;
use storage::{MasterKey, Stores};

use crate::{
    Fallible,
    desk::{Desk, sqlite},
    measure::cpu_of,
};

/// Whoever takes less CPU than this for a while is quiet.
const QUIET_SECONDS: f64 = 0.1;

/// A directory with a database, and the program that can run in it.
pub struct Served {
    program: PathBuf,
    data: PathBuf,
}

/// The program while it runs; ended when this goes.
pub struct Running(Child);

impl Served {
    /// Nothing runs yet.
    pub fn new(program: &Path, data: &Path) -> Self {
        Self {
            program: program.to_owned(),
            data: data.to_owned(),
        }
    }

    /// A desk over the program's own database, to fill it before it starts.
    pub async fn desk(&self, directory: Arc<dyn Directory>) -> Fallible<Desk> {
        let key = MasterKey::load_or_create(&self.data.join("master.key"), None)?;
        let stores = Stores::open(sqlite(&self.data, false), key).await?;
        Desk::over(stores, directory).await
    }

    /// Starts the program.
    pub fn start(&self) -> Fallible<Running> {
        let config = self.data.join("config.toml");
        let listen = format!("127.0.0.1:{}", free_port()?);
        let data = self.data.display();
        let text = format!(
            "[server]\nlisten = \"{listen}\"\n[storage]\ndata = \"{data}\"\n[network]\nreach = \"loopback\"\n"
        );
        fs::write(&config, text)?;
        let log = fs::File::create(self.data.join("log"))?;
        let mut serve = Command::new(&self.program);
        serve.arg("serve").arg("--config").arg(&config);
        serve.env_remove("KALENDS_MASTER_KEY");
        serve.env("KALENDS_LOG", "warn");
        serve.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        Ok(Running(serve.spawn()?))
    }
}

impl Running {
    /// Waits until it takes less CPU than a tenth of a second in so long a time. The CPU seconds that it has taken by then.
    pub async fn quiet(&self, pause: Duration, deadline: Instant) -> Fallible<f64> {
        let mut cpu = cpu_of(self.id())?;
        loop {
            tokio::time::sleep(pause).await;
            let before = std::mem::replace(&mut cpu, cpu_of(self.id())?);
            if cpu - before < QUIET_SECONDS {
                return Ok(cpu);
            }
            if Instant::now() > deadline {
                return Err("it never becomes quiet".into());
            }
        }
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nobody to be killed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port that nobody listens at.
pub fn free_port() -> Fallible<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
