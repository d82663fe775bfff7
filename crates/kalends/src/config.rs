//! The configuration: a TOML file, environment variables on top, defaults underneath. An unknown key is an error.

use std::path::{Path, PathBuf};

use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use serde::{Deserialize, Serialize};

mod mail;

pub use self::mail::Mail;

/// The file looked for if none is named.
const DEFAULT_FILE: &str = "config.toml";
/// What all our environment variables begin with.
const PREFIX: &str = "KALENDS_";
/// Environment variables that are not configuration keys: those of the program, then those of the workshop.
const NOT_KEYS: [&str; 10] = [
    "master_key",
    "config",
    "demo_token",
    "log",
    "log_json",
    "require_all",
    "test_postgres",
    "torture",
    "clients_python",
    "ui_required",
];

/// Everything that the administrator decides; `config.example.toml` explains each key.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the hub listens.
    pub server: Server,
    /// Where it keeps things.
    pub storage: Storage,
    /// What it may reach.
    pub network: Network,
    /// How it keeps calendars in step.
    pub sync: Sync,
    /// Through which protocols it lets programs in.
    pub faces: Faces,
    /// Our client at Google.
    pub google: Option<OauthClient>,
    /// Our client at Microsoft.
    pub microsoft: Option<OauthClient>,
    /// The mail server.
    pub mail: Option<Mail>,
}

/// Where the hub listens.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address and port.
    pub listen: String,
    /// How browsers reach it; what OAuth redirects are made of.
    pub public_url: Option<String>,
    /// Whether providers can reach `public_url` to notify us.
    pub notifications: bool,
}

/// Where the hub keeps things.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Storage {
    /// Directory of the master key, and of the database if it is SQLite.
    pub data: PathBuf,
    /// `sqlite:PATH` or `postgres://…`.
    pub url: Option<String>,
    /// SQLite: every commit survives a power cut.
    pub durable: bool,
}

/// What the hub may reach.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Network {
    /// `public`, `loopback` (also this machine), or `anything`.
    pub reach: Reach,
    /// Exceptions: `10.0.0.0/8`, `nas.local`, `nas.local:5232`.
    pub allow: Vec<String>,
    /// A further root certificate (PEM).
    pub root_ca: Option<PathBuf>,
}

/// What may be reached.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// Hosts on the public internet.
    #[default]
    Public,
    /// These and this machine.
    Loopback,
    /// Every address.
    Anything,
}

/// How calendars are kept in step.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sync {
    /// IANA zone for floating times.
    pub time_zone: String,
    /// The longest pause between two looks at a calendar, in seconds; each provider's own pace if shorter.
    pub poll_seconds: Option<u64>,
    /// How many calendars are worked on at once.
    pub workers: usize,
    /// A series that a provider cannot have is mirrored there as single events, from so many days before today on,
    pub explode_days_before: u32,
    /// until so many days after today,
    pub explode_days_after: u32,
    /// at most so many.
    pub explode_most: usize,
}

/// Through which protocols programs are let in, beside the REST API.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Faces {
    /// Google Calendar v3, below `/google/`.
    pub google: bool,
    /// Microsoft Graph v1.0, below `/microsoft/`.
    pub microsoft: bool,
    /// CalDAV, below `/caldav/`.
    pub caldav: bool,
}

impl Faces {
    /// The same for those who open them.
    pub fn open(self) -> faces::mount::Open {
        faces::mount::Open {
            google: self.google,
            microsoft: self.microsoft,
            caldav: self.caldav,
        }
    }
}

impl Default for Faces {
    fn default() -> Self {
        Self {
            google: true,
            microsoft: true,
            caldav: true,
        }
    }
}

/// Our OAuth client at a provider.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OauthClient {
    /// Client id.
    pub client_id: String,
    /// Client secret.
    pub client_secret: Option<String>,
    /// Microsoft: the tenant, or `common`.
    pub tenant: Option<String>,
    /// Another root of the API than the vendor's (a sandbox).
    pub root: Option<String>,
    /// Another authorization endpoint.
    pub authorize_url: Option<String>,
    /// Another token endpoint.
    pub token_url: Option<String>,
}

/// The configuration cannot be used, and why.
#[derive(Debug, thiserror::Error)]
#[error("configuration: {0}\n  config.example.toml explains every key")]
pub struct BadConfig(pub String);

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8420".to_owned(),
            public_url: None,
            notifications: false,
        }
    }
}

impl Default for Storage {
    fn default() -> Self {
        Self {
            data: PathBuf::from("data"),
            url: None,
            durable: false,
        }
    }
}

impl Default for Sync {
    fn default() -> Self {
        let explode = hub::Explode::default();
        Self {
            time_zone: "Etc/UTC".to_owned(),
            poll_seconds: None,
            workers: 8,
            explode_days_before: explode.days_before,
            explode_days_after: explode.days_after,
            explode_most: explode.most,
        }
    }
}

impl Config {
    /// Reads the configuration.
    pub fn load(file: Option<&Path>) -> Result<Self, BadConfig> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        match file {
            Some(file) if !file.exists() => {
                return Err(BadConfig(format!("there is no file {}", file.display())));
            }
            Some(file) => figment = figment.merge(Toml::file_exact(file)),
            None if Path::new(DEFAULT_FILE).exists() => {
                figment = figment.merge(Toml::file_exact(DEFAULT_FILE));
            }
            // Without a file the defaults and the environment are the configuration.
            None => {}
        }
        if let Some((name, meant)) =
            variables().find_map(|name| Some((name.clone(), meant(&name)?)))
        {
            return Err(BadConfig(format!(
                "{name}: there is no such variable; do you mean {meant}?"
            )));
        }
        let env = Env::prefixed(PREFIX)
            .ignore(&NOT_KEYS)
            .filter(|key| key.as_str().contains("__"))
            .split("__");
        let config: Self = figment
            .merge(env)
            .extract()
            .map_err(|error| BadConfig(said(&error)))?;
        if jiff::tz::TimeZone::get(&config.sync.time_zone).is_err() {
            return Err(BadConfig(format!(
                "sync.time_zone: «{}» is no IANA zone",
                config.sync.time_zone
            )));
        }
        if let Some(url) = &config.server.public_url {
            check_address(url)
                .map_err(|what| BadConfig(format!("server.public_url: «{url}» {what}")))?;
        }
        if let Some(mail) = &config.mail {
            mail.speaker()?;
            mail.server(None)?;
        }
        Ok(config)
    }

    /// How browsers reach us, with a slash at the end.
    pub fn public_url(&self) -> String {
        let url = self
            .server
            .public_url
            .clone()
            .unwrap_or_else(|| format!("http://{}", self.server.listen));
        format!("{}/", url.trim_end_matches('/'))
    }

    /// The database.
    pub fn database(&self) -> String {
        let file = || format!("sqlite:{}", self.storage.data.join("kalends.db").display());
        self.storage.url.clone().unwrap_or_else(file)
    }
}

/// Our variables in the environment.
fn variables() -> impl Iterator<Item = String> {
    std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.starts_with(PREFIX))
}

/// Variables that look like ours and mean nothing. Not all are mistakes: some platforms name a service's addresses so.
pub fn strangers() -> impl Iterator<Item = String> {
    let is_known = |name: &str| {
        let name = name.trim_start_matches(PREFIX).to_lowercase();
        name.contains("__") || NOT_KEYS.contains(&name.as_str())
    };
    variables().filter(move |name| !is_known(name))
}

/// The variable that was meant, if one underscore is missing.
fn meant(name: &str) -> Option<String> {
    let said = name.strip_prefix(PREFIX)?;
    keys()
        .map(|(section, key)| (section.to_uppercase(), key.to_uppercase()))
        .find(|(section, key)| said == format!("{section}_{key}"))
        .map(|(section, key)| format!("{PREFIX}{section}__{key} (two underscores)"))
}

/// Every key there is, with its section.
fn keys() -> impl Iterator<Item = (String, String)> {
    let client = OauthClient {
        client_id: String::new(),
        client_secret: None,
        tenant: None,
        root: None,
        authorize_url: None,
        token_url: None,
    };
    let whole = Config {
        google: Some(client.clone()),
        microsoft: Some(client),
        mail: Some(Mail::nothing()),
        ..Config::default()
    };
    let sections = serde_json::to_value(whole).unwrap_or_default();
    let sections = sections.as_object().cloned().unwrap_or_default();
    sections.into_iter().flat_map(|(section, keys)| {
        let keys = keys.as_object().cloned().unwrap_or_default();
        keys.into_iter().map(move |(key, _)| (section.clone(), key))
    })
}

/// An address that browsers and providers can be sent to.
fn check_address(text: &str) -> Result<(), &'static str> {
    let url = network::Url::parse(text)
        .map_err(|_| "is no address such as https://calendar.example.com/")?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err("must begin with https:// or http://");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must not hold ? or #");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or password");
    }
    Ok(())
}

/// What is wrong, with the key and where it stands.
fn said(errors: &figment::Error) -> String {
    let each = errors.clone().into_iter().map(|error| {
        let key = error.path.join(".");
        let place = error
            .metadata
            .as_ref()
            .map(|m| match &m.source {
                Some(source) => format!(" ({}: {source})", m.name),
                None => format!(" ({})", m.name),
            })
            .unwrap_or_default();
        let key = if key.is_empty() {
            String::new()
        } else {
            format!("{key}: ")
        };
        // A value that has another type is named, and a secret is none to be named.
        let secret = ["password: ", "secret: "]
            .iter()
            .any(|end| key.ends_with(end));
        if secret {
            return format!("{key}a text in quotes is needed{place}");
        }
        format!("{key}{}{place}", error.kind)
    });
    each.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        std::fs::write(&file, "[server]\nlissten = \"127.0.0.1:1\"\n").unwrap();
        let said = Config::load(Some(&file)).unwrap_err().to_string();
        assert!(
            said.contains("lissten") && said.contains("listen"),
            "{said}"
        );
    }

    #[test]
    fn no_file_is_no_error() {
        assert_eq!(
            Config::load(None).unwrap().server.listen,
            Server::default().listen
        );
    }

    const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config.example.toml");

    #[test]
    fn the_example_is_a_configuration() {
        Config::load(Some(Path::new(EXAMPLE))).unwrap();
    }

    #[test]
    fn the_example_has_every_key_with_its_variable() {
        let example = std::fs::read_to_string(EXAMPLE).unwrap();
        let mut count = 0;
        for (section, key) in keys() {
            // Only Microsoft has tenants.
            if (section.as_str(), key.as_str()) == ("google", "tenant") {
                continue;
            }
            let variable = format!("{PREFIX}{}__{}", section.to_uppercase(), key.to_uppercase());
            let says = |line: &str| {
                let line = line.trim_start_matches("# ");
                line.starts_with(&format!("{key} = ")) && line.ends_with(&variable)
            };
            assert!(example.lines().any(says), "{section}.{key}, {variable}");
            count += 1;
        }
        assert!(count > 15, "{count}");
    }

    #[test]
    fn one_underscore_is_one_too_few() {
        let meant = meant("KALENDS_SERVER_PUBLIC_URL").unwrap();
        assert!(meant.contains("KALENDS_SERVER__PUBLIC_URL"), "{meant}");
        // What Kubernetes says of a service that is called so.
        assert_eq!(super::meant("KALENDS_SERVER_SERVICE_HOST"), None);
        assert_eq!(super::meant("KALENDS_SERVER__LISTEN"), None);
    }

    #[test]
    fn the_public_address_is_one() {
        assert_eq!(check_address("https://calendar.example.com/"), Ok(()));
        for bad in [
            "calendar.example.com",
            "ftp://example.com/",
            "https://example.com/?a",
            "https://ada@example.com/",
        ] {
            assert!(check_address(bad).is_err(), "{bad}");
        }
    }
}
