//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Keeps every calendar that a business has in step: Google, Microsoft 365, iCloud, any CalDAV server.
#[derive(Parser)]
#[command(version, about)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Run the hub.
    Serve(ServeOptions),
    /// Bring the database up to date.
    Migrate(ConfigOptions),
    /// Check configuration, database, clock, reachability and certificates, and say what to do.
    Doctor(ConfigOptions),
    /// Print a link that signs somebody in, once: for whoever has no password, or has forgotten it.
    SignInLink(SignInOptions),
    /// Let people in, list them, and change their address, name or zone.
    Person(PersonOptions),
    /// Say that the database was restored from a backup: nothing is written until somebody has looked at what would be.
    Restored(RestoredOptions),
    /// Say what is kept of a person, erase it, and say what remains at providers and must be erased there.
    Erase(EraseOptions),
    /// Register, list and remove programs that people may let in through Google's or Microsoft's OAuth.
    App(AppOptions),
    /// Run local stand-ins for Google Calendar, Microsoft 365 and an iCloud-like CalDAV server.
    Sandbox(SandboxOptions),
    /// Run the hub and the sandbox with a small dental practice, and watch appointments hop.
    Demo(DemoOptions),
}

/// Where the configuration is.
#[derive(Args, Clone)]
pub struct ConfigOptions {
    /// Configuration file; see config.example.toml. Environment variables `KALENDS_SECTION__KEY` come on top.
    #[arg(long, env = "KALENDS_CONFIG", global = true)]
    pub config: Option<PathBuf>,
}

/// Options of `serve`.
#[derive(Args, Clone)]
pub struct ServeOptions {
    #[command(flatten)]
    /// Where the configuration is.
    pub config: ConfigOptions,
    /// The demo's stage: a `sandbox.json`. Serves `/demo` for it.
    #[arg(long, hide = true)]
    pub stage: Option<PathBuf>,
}

/// Options of `sign-in-link`.
#[derive(Args, Clone)]
pub struct SignInOptions {
    #[command(flatten)]
    /// Where the configuration is.
    pub config: ConfigOptions,
    /// Whom; the owner if nobody is named.
    pub address: Option<String>,
}

/// Options of `person`.
#[derive(Args, Clone)]
pub struct PersonOptions {
    #[command(flatten)]
    /// Where the configuration is.
    pub config: ConfigOptions,
    /// What to do.
    #[command(subcommand)]
    pub command: PersonCommand,
}

/// What to do with people.
#[derive(Subcommand, Clone)]
pub enum PersonCommand {
    /// Let a person in, with a calendar of their own, and print a link that signs them in.
    Add {
        /// Their mail address: they sign in with it, and are invited by it.
        address: String,
        /// What they are called; the address if it is not said.
        #[arg(long)]
        name: Option<String>,
        /// Their time zone, as `Europe/Berlin`; `sync.time_zone` of the configuration if it is not said.
        #[arg(long)]
        time_zone: Option<String>,
    },
    /// List everybody.
    List,
    /// Change what is known of a person. The owner is `owner@localhost` until this changes it.
    Change {
        /// Their mail address so far.
        address: String,
        /// Another mail address.
        #[arg(long)]
        to: Option<String>,
        /// Another name.
        #[arg(long)]
        name: Option<String>,
        /// Another time zone.
        #[arg(long)]
        time_zone: Option<String>,
    },
}

/// Options of `restored`.
#[derive(Args, Clone)]
pub struct RestoredOptions {
    #[command(flatten)]
    /// Where the configuration is.
    pub config: ConfigOptions,
    /// It was looked at, and is to be written.
    #[arg(long)]
    pub approve: bool,
}

/// Options of `erase`.
#[derive(Args, Clone)]
pub struct EraseOptions {
    #[command(flatten)]
    /// Where the configuration is.
    pub config: ConfigOptions,
    /// The person's mail address.
    pub address: String,
    /// Erase it. Without this it is only said what there is. There is no way back.
    #[arg(long)]
    pub yes: bool,
}

/// Options of `app`.
#[derive(Args, Clone)]
pub struct AppOptions {
    #[command(flatten)]
    /// Where the configuration is.
    pub config: ConfigOptions,
    /// What to do.
    #[command(subcommand)]
    pub command: AppCommand,
}

/// What to do with programs.
#[derive(Subcommand, Clone)]
pub enum AppCommand {
    /// Register a program, and print its client id and secret.
    Add(NewApp),
    /// List the registered programs.
    List,
    /// Remove a program: it is out of all calendars at once.
    Remove {
        /// Its client id.
        id: String,
    },
}

/// A program to be registered.
#[derive(Args, Clone)]
pub struct NewApp {
    /// What people are shown when they are asked to let it in.
    pub name: String,
    /// Where it gets its codes; may be repeated.
    #[arg(long, required = true)]
    pub redirect_uri: Vec<String>,
    /// What it may ask people for: `calendar.read`, `calendar.write`, or a scope as Google or Microsoft write it; may be
    /// repeated. Without: everything.
    #[arg(long)]
    pub scope: Vec<String>,
    /// It runs on people's own devices and can keep no secret.
    #[arg(long)]
    pub public: bool,
}

/// Options of `sandbox`.
#[derive(Args, Clone)]
pub struct SandboxOptions {
    /// Where databases, `sandbox.json` and the certificate authority are kept: `data/sandbox`, with --only
    /// `data/sandbox-google` and so on.
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Forget what is in the data directory.
    #[arg(long)]
    pub fresh: bool,
    /// First port: Google, then Microsoft 365, CalDAV and the control; TLS ten above. With --only the stand-in keeps its
    /// port, and the control is four ports above it.
    #[arg(long, default_value_t = 8421)]
    pub port: u16,
    /// Run this stand-in alone.
    #[arg(long)]
    pub only: Option<StandIn>,
    /// Run the CalDAV stand-in alone, with the accounts that Apple's caldavtester expects, and write a `serverinfo.xml` for it.
    #[arg(long, conflicts_with = "only")]
    pub caldavtester: bool,
    /// Where the hub is that connects: its `oauth/callback` gets the answers.
    #[arg(long, default_value = "http://127.0.0.1:8420/")]
    pub hub: String,
}

/// A stand-in.
#[derive(Clone, Copy, ValueEnum)]
pub enum StandIn {
    /// Google Calendar.
    Google,
    /// Microsoft 365.
    Microsoft,
    /// An iCloud-like CalDAV server.
    Caldav,
}

impl From<StandIn> for sandbox::Kind {
    fn from(stand_in: StandIn) -> Self {
        match stand_in {
            StandIn::Google => Self::Google,
            StandIn::Microsoft => Self::Microsoft,
            StandIn::Caldav => Self::Caldav,
        }
    }
}

/// Options of `demo`.
#[derive(Args, Clone)]
pub struct DemoOptions {
    /// Where everything is kept.
    #[arg(long, default_value = "data/demo")]
    pub data: PathBuf,
    /// Forget what is in the data directory.
    #[arg(long)]
    pub fresh: bool,
    /// Port of the hub; the sandbox takes the next ones.
    #[arg(long, default_value_t = 8420)]
    pub port: u16,
}
