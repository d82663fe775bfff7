//! `kalends migrate` and `kalends doctor`.

use jiff::Timestamp;
use network::Request;
use providers::{google, microsoft};

use crate::{Failure, cli::ConfigOptions, config::Config, house};

/// More seconds than this between our clock and theirs, and tokens and TLS begin to fail.
const SKEW_SECONDS_MAX: i64 = 60;

/// Brings the database up to date.
pub async fn migrate(options: ConfigOptions) -> Result<(), Failure> {
    let config = Config::load(options.config.as_deref())?;
    house::open_stores(&config).await?;
    println!("The database is up to date.");
    Ok(())
}

/// Checks everything and says what to do.
pub async fn run(options: ConfigOptions) -> Result<(), Failure> {
    let mut doctor = Doctor::default();
    let config = match Config::load(options.config.as_deref()) {
        Ok(config) => config,
        Err(error) => return Err(error.into()),
    };
    Doctor::good("configuration", "every key is known");
    match house::open_stores(&config).await {
        Ok(_) => Doctor::good("database", "opens, up to date, and the master key fits"),
        Err(error) => doctor.bad("database", &error.to_string()),
    }
    match tokio::net::TcpListener::bind(&config.server.listen).await {
        Ok(_) => Doctor::good("port", &format!("{} is free", config.server.listen)),
        Err(error) => doctor.bad(
            "port",
            &format!(
                "{}: {error} (fine if the hub is running)",
                config.server.listen
            ),
        ),
    }
    if config.public_url().starts_with("http://127.")
        || config.public_url().starts_with("http://localhost")
    {
        Doctor::note(
            "public address",
            "only this machine can reach the hub; set server.public_url to an https address",
        );
    }
    if !config.server.notifications {
        Doctor::note(
            "notifications",
            "off (server.notifications): providers are polled",
        );
    }
    doctor.reach(&config).await?;
    doctor.verdict()
}

#[derive(Default)]
struct Doctor {
    problems: usize,
}

impl Doctor {
    fn good(what: &str, said: &str) {
        println!("  ok    {what}: {said}");
    }

    fn note(what: &str, said: &str) {
        println!("  note  {what}: {said}");
    }

    fn bad(&mut self, what: &str, said: &str) {
        self.problems += 1;
        println!("  FAIL  {what}: {said}");
    }

    /// Every configured provider: reachable, certificate accepted, clocks agree.
    async fn reach(&mut self, config: &Config) -> Result<(), Failure> {
        let network = house::network(config)?;
        let root = |client: &crate::config::OauthClient, usual: &str| {
            client.root.clone().unwrap_or_else(|| usual.to_owned())
        };
        let google = config
            .google
            .as_ref()
            .map(|c| ("google", root(c, google::ROOT)));
        let microsoft = config
            .microsoft
            .as_ref()
            .map(|c| ("microsoft", root(c, microsoft::ROOT)));
        for (name, url) in google.into_iter().chain(microsoft) {
            match network.send(Request::get(&url)).await {
                Ok(response) => {
                    Self::good(
                        name,
                        &format!("{} answers", response.url.host_str().unwrap_or_default()),
                    );
                    self.clock(response.header("date"));
                }
                Err(error) => self.bad(name, &format!("{error}. Check DNS, proxy and firewall")),
            }
        }
        if config.google.is_none() && config.microsoft.is_none() {
            Self::note(
                "providers",
                "no OAuth client is configured: only CalDAV accounts can be connected",
            );
        }
        Ok(())
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the doctor looks at the machine's clock itself"
    )]
    fn clock(&mut self, date: Option<&str>) {
        let theirs = date.and_then(|d| jiff::fmt::rfc2822::parse(d).ok());
        let Some(theirs) = theirs else { return };
        let skew = Timestamp::now()
            .duration_since(theirs.timestamp())
            .as_secs()
            .abs();
        if skew > SKEW_SECONDS_MAX {
            self.bad(
                "clock",
                &format!("{skew} s away from theirs: run a time service"),
            );
        } else {
            Self::good("clock", "agrees");
        }
    }

    fn verdict(&self) -> Result<(), Failure> {
        match self.problems {
            0 => {
                println!("All is well.");
                Ok(())
            }
            n => Err(Failure::new(format!("{n} problem(s), see above"))),
        }
    }
}
