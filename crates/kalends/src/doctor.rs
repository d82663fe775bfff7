//! `kalends doctor`: looks at everything, changes nothing, says what to do. And `kalends migrate`.

use std::{io::ErrorKind, time::Duration};

use network::{Network, Reach, Request, Url};
use storage::{MasterKey, Schema, Stores, connections};

use crate::{
    Failure,
    cli::ConfigOptions,
    config::{self, Config},
    house,
    serve::{HEALTHY, unusable},
};

mod mail;
mod reach;

/// How long a hub on this machine may take to say that it is one.
const PATIENCE: Duration = Duration::from_secs(2);

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
    let config = Config::load(options.config.as_deref())?;
    Doctor::good("configuration", "every key is known");
    for stranger in config::strangers() {
        Doctor::note(
            "environment",
            &format!("{stranger} is no key and has no effect"),
        );
    }
    let servers = doctor.database(&config).await;
    doctor.port(&config).await;
    public_address(&config);
    doctor.reach(&config, servers).await;
    doctor.mail(&config).await;
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

    /// Whether the database opens and the key fits. Returns the servers of the accounts in it.
    async fn database(&mut self, config: &Config) -> Vec<String> {
        let (file, given) = house::master_key(config);
        let key = match MasterKey::load(&file, given.as_deref()) {
            Ok(key) => key,
            Err(error) => {
                self.bad("master key", &error.to_string());
                return Vec::new();
            }
        };
        match (Stores::inspect(&house::settings(config)).await, key) {
            (Err(error), _) => self.bad("database", &format!("storage.url: {error}")),
            (Ok(Schema::Missing), _) => {
                Self::note("database", "empty; `serve` and `migrate` set it up");
            }
            (Ok(Schema::Behind(count)), _) => {
                let said =
                    format!("{count} step(s) behind this version; `serve` and `migrate` take them");
                Self::note("database", &said);
            }
            (Ok(Schema::Ahead), _) => {
                self.bad(
                    "database",
                    "belongs to a newer version of Kalends; run that one",
                );
            }
            (Ok(Schema::Current), None) => {
                let said = format!(
                    "there is a database but no key: bring back {} or set KALENDS_MASTER_KEY; without the key nothing \
                     can be read",
                    file.display()
                );
                self.bad("master key", &said);
            }
            (Ok(Schema::Current), Some(key)) => match servers(config, key).await {
                Ok(servers) => {
                    Self::good("database", "opens, up to date, and the master key fits");
                    return servers;
                }
                Err(error) => self.bad("database", &format!("storage.url: {error}")),
            },
        }
        Vec::new()
    }

    /// Whether the hub can listen, or does already.
    async fn port(&mut self, config: &Config) {
        let listen = &config.server.listen;
        match tokio::net::TcpListener::bind(listen).await {
            Ok(_) => Self::good("port", &format!("{listen} is free")),
            Err(error) if error.kind() == ErrorKind::AddrInUse && is_hub(listen).await => {
                Self::good("port", &format!("{listen} is in use by a running hub"));
            }
            Err(error) => self.bad("port", &unusable(listen, &error)),
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

/// The servers of all accounts that name one. The database is up to date, so opening it changes nothing.
async fn servers(config: &Config, key: MasterKey) -> storage::Result<Vec<String>> {
    let stores = Stores::open(house::settings(config), key).await?;
    let mut servers = Vec::new();
    for tenant in stores.tenants().await? {
        let store = stores.of(tenant).await?;
        let mut tx = store.read().await?;
        let all = connections::list(&mut tx).await?;
        servers.extend(all.into_iter().filter_map(|connection| connection.url));
    }
    stores.close().await;
    Ok(servers)
}

/// Whether a hub answers at this address.
async fn is_hub(listen: &str) -> bool {
    // Whoever listens everywhere listens here.
    let address = listen
        .replace("0.0.0.0", "127.0.0.1")
        .replace("[::]", "[::1]");
    let settings = network::Settings {
        reach: Reach::Anything,
        ..network::Settings::default()
    };
    let Ok(network) = Network::new(settings) else {
        return false;
    };
    let answer = network
        .send(Request::get(format!("http://{address}/health")).deadline(PATIENCE))
        .await;
    answer.is_ok_and(|answer| answer.text().is_ok_and(|text| text == HEALTHY))
}

fn public_address(config: &Config) {
    let url = Url::parse(&config.public_url()).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    let here = host == "localhost" || host.starts_with("127.") || host == "[::1]";
    let secure = url.as_ref().is_some_and(|url| url.scheme() == "https");
    if here {
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
    } else if !here && !secure {
        Doctor::note(
            "notifications",
            "Google and Microsoft notify https addresses only; set server.public_url to one",
        );
    }
}
