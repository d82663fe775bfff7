//! The initial two-way sync of two CalDAV servers, by Kalends and by vdirsyncer.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use identity::SystemClock;
use network::{Network, Reach};
use providers::registry::{Configuration, Registry};

use crate::{
    Fallible,
    measure::{cpu_of, ended_cpu},
    radicale::{CALENDAR, Radicale, USER},
    served::Served,
    table::{part, row},
};

/// How long either of them may take.
const PATIENCE: Duration = Duration::from_secs(3600);
/// How long the program must have used no CPU time until it counts as done: it reads back what it wrote.
const QUIET: Duration = Duration::from_secs(3);

/// What a sync took.
struct Took {
    wall: f64,
    cpu: f64,
}

/// Prints both and the ratio. Half of the events are on one server only, the rest on the other.
pub fn run(
    program: &Path,
    python: &Path,
    scratch: &Path,
    events: usize,
    runtime: &tokio::runtime::Handle,
) -> Fallible {
    part(&format!(
        "initial two-way sync of {events} events between two Radicale servers"
    ));
    let theirs = with_servers(python, scratch, events, |folder, servers| {
        vdirsyncer(python, folder, servers)
    })?;
    row("vdirsyncer 0.21.0, CPU", theirs.cpu, "s");
    row("vdirsyncer 0.21.0, wall", theirs.wall, "s");
    let ours = with_servers(python, scratch, events, |folder, servers| {
        kalends(program, folder, servers, events, runtime)
    })?;
    row("kalends, CPU (until it rests)", ours.cpu, "s");
    row(
        "kalends, wall (until the last event is there)",
        ours.wall,
        "s",
    );
    row(
        "ratio of CPU, vdirsyncer : kalends",
        theirs.cpu / ours.cpu,
        "×",
    );
    row(
        "ratio of wall, vdirsyncer : kalends",
        theirs.wall / ours.wall,
        "×",
    );
    Ok(())
}

/// Two fresh servers for one client; afterwards both must hold everything.
fn with_servers(
    python: &Path,
    scratch: &Path,
    events: usize,
    sync: impl FnOnce(&Path, &[Radicale; 2]) -> Fallible<Took>,
) -> Fallible<Took> {
    let folder = tempfile::tempdir_in(scratch)?;
    let path = folder.path().canonicalize()?;
    let servers = [
        Radicale::start(python, path.join("one"), 0..events / 2)?,
        Radicale::start(python, path.join("other"), events / 2..events)?,
    ];
    let took = sync(&path, &servers)?;
    for server in &servers {
        let count = server.count()?;
        if count != events {
            return Err(format!("a server holds {count} of {events} events").into());
        }
    }
    Ok(took)
}

fn vdirsyncer(python: &Path, folder: &Path, servers: &[Radicale; 2]) -> Fallible<Took> {
    let config = folder.join("vdirsyncer.conf");
    let mut text = format!(
        "[general]\nstatus_path = \"{}\"\n[pair bench]\na = \"one\"\nb = \"other\"\n\
         collections = [[\"{CALENDAR}\", \"{CALENDAR}\", \"{CALENDAR}\"]]\nconflict_resolution = \"a wins\"\n",
        folder.join("status").display()
    );
    for (name, server) in ["one", "other"].iter().zip(servers) {
        let root = server.root();
        text += &format!(
            "[storage {name}]\ntype = \"caldav\"\nurl = \"{root}\"\nusername = \"{USER}\"\npassword = \"secret\"\n"
        );
    }
    fs::write(&config, text)?;
    let (begin, cpu) = (Instant::now(), ended_cpu()?);
    for task in ["discover", "sync"] {
        let mut command = Command::new(python);
        command.args(["-m", "vdirsyncer", "-v", "ERROR", "-c"]);
        command.arg(&config).arg(task);
        let output = command.stdin(Stdio::null()).output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(format!("vdirsyncer {task} failed: {said}").into());
        }
    }
    Ok(Took {
        wall: begin.elapsed().as_secs_f64(),
        cpu: ended_cpu()? - cpu,
    })
}

fn kalends(
    program: &Path,
    folder: &Path,
    servers: &[Radicale; 2],
    events: usize,
    runtime: &tokio::runtime::Handle,
) -> Fallible<Took> {
    let data = folder.join("kalends");
    fs::create_dir(&data)?;
    let served = Served::new(program, &data);
    // Accounts and link are made beforehand, as vdirsyncer's are in its configuration; nothing has been read yet.
    runtime.block_on(connect(&served, servers))?;
    let begin = Instant::now();
    let running = served.start()?;
    while servers[0].count()? < events || servers[1].count()? < events {
        if begin.elapsed() > PATIENCE {
            return Err("kalends does not come to its end".into());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let wall = begin.elapsed().as_secs_f64();
    let (mut cpu, mut since) = (cpu_of(running.id())?, Instant::now());
    // Looking at its calendars every second takes a little.
    while since.elapsed() < QUIET {
        std::thread::sleep(Duration::from_millis(500));
        let now = cpu_of(running.id())?;
        if now - cpu > 0.05 {
            (cpu, since) = (now, Instant::now());
        }
    }
    let cpu = cpu_of(running.id())?;
    Ok(Took { wall, cpu })
}

async fn connect(served: &Served, servers: &[Radicale; 2]) -> Fallible {
    let network = Network::new(network::Settings {
        reach: Reach::AlsoLoopback,
        ..network::Settings::default()
    })?;
    let configuration = Configuration::default();
    let registry = Registry::new(network, Arc::new(SystemClock), configuration);
    let mut desk = served.desk(Arc::new(registry)).await?;
    for server in servers {
        let url = format!("{}{USER}/", server.root());
        desk.connect("caldav", &url, USER).await?;
    }
    desk.find_calendars().await?;
    desk.link(0, 1).await?;
    desk.stores.close().await;
    Ok(())
}
