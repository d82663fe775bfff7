//! `[mail]`: through which server invitations go out.

use std::{fmt, path::PathBuf};

use delivery::mail::{Security, ServerSettings, Speaker};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::BadConfig;

/// Longest password in a file, in bytes.
const PASSWORD_MAX: u64 = 4_096;

/// The hub's mail server. Without it nobody outside of the hub is written to.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Its name.
    pub host: String,
    /// Its port.
    #[serde(default = "submission")]
    pub port: u16,
    /// How the connection is protected; by port and host if it is not said.
    pub security: Option<Protection>,
    /// Who we are there.
    pub user: Option<String>,
    /// The password,
    pub password: Option<String>,
    /// or a file with it.
    pub password_file: Option<PathBuf>,
    /// The hub's own address, with a name or without.
    pub from: String,
    /// Further domains for which the server may speak.
    #[serde(default)]
    pub domains: Vec<String>,
}

/// How the connection is protected.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Protection {
    /// TLS from the first byte.
    Tls,
    /// TLS before anything is said that matters.
    Starttls,
    /// Not at all.
    None,
}

/// The port of submission (RFC 6409 3.1).
const fn submission() -> u16 {
    587
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let password = self.password.as_ref().map(|_| "…");
        f.debug_struct("Mail")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("user", &self.user)
            .field("password", &password)
            .field("password_file", &self.password_file)
            .field("from", &self.from)
            .field("domains", &self.domains)
            .finish()
    }
}

impl Mail {
    /// One of which only the keys are of interest.
    pub(super) fn nothing() -> Self {
        Self {
            host: String::new(),
            port: submission(),
            security: None,
            user: None,
            password: None,
            password_file: None,
            from: String::new(),
            domains: Vec::new(),
        }
    }

    /// The hub's own address, and for whom it may write.
    pub fn speaker(&self) -> Result<Speaker, BadConfig> {
        Speaker::new(&self.from, &self.domains).map_err(|_| {
            BadConfig(format!(
                "mail.from: «{}» is no address such as Kalends <calendar@example.com>",
                self.from
            ))
        })
    }

    /// The server, with its password read.
    pub fn server(&self, root_ca: Option<Vec<u8>>) -> Result<ServerSettings, BadConfig> {
        let password = self.secret()?;
        let credentials = match (self.user.clone(), password) {
            (Some(user), Some(password)) => Some((user, SecretString::from(password))),
            (None, None) => None,
            (Some(_), None) => {
                let what = "mail.user: a password is needed beside it (mail.password or mail.password_file)";
                return Err(BadConfig(what.to_owned()));
            }
            (None, Some(_)) => {
                return Err(BadConfig(
                    "mail.password: mail.user is needed beside it".to_owned(),
                ));
            }
        };
        Ok(ServerSettings {
            host: self.host.clone(),
            port: self.port,
            security: self.security(),
            credentials,
            root_ca,
        })
    }

    /// Nothing goes over a network unprotected unless the administrator says so.
    fn security(&self) -> Security {
        let here = matches!(self.host.as_str(), "localhost" | "127.0.0.1" | "::1");
        match self.security {
            Some(Protection::Tls) => Security::Tls,
            Some(Protection::None) => Security::Nothing,
            None if here => Security::Nothing,
            None if self.port == 465 => Security::Tls,
            Some(Protection::Starttls) | None => Security::StartTls,
        }
    }

    fn secret(&self) -> Result<Option<String>, BadConfig> {
        let Some(file) = &self.password_file else {
            return Ok(self.password.clone());
        };
        if self.password.is_some() {
            let what = "mail.password: there is mail.password_file, too; one of them is enough";
            return Err(BadConfig(what.to_owned()));
        }
        let bad = |what: &str| BadConfig(format!("mail.password_file: {}: {what}", file.display()));
        let meta = std::fs::metadata(file).map_err(|error| bad(&error.to_string()))?;
        if meta.len() > PASSWORD_MAX {
            return Err(bad("larger than any password"));
        }
        let text = std::fs::read_to_string(file).map_err(|error| bad(&error.to_string()))?;
        let password = text.trim_end_matches(['\r', '\n']).to_owned();
        Ok(Some(password).filter(|password| !password.is_empty()))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Config;

    fn load(folder: &Path, text: &str) -> Result<Config, BadConfig> {
        let file = folder.join("config.toml");
        let head =
            "[mail]\nhost = \"mail.example.com\"\nfrom = \"Kalends <calendar@example.com>\"\n";
        std::fs::write(&file, format!("{head}{text}")).unwrap();
        Config::load(Some(&file))
    }

    #[test]
    fn what_does_not_fit_together_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for (text, named) in [
            ("user = \"hub\"\n", "mail.user"),
            ("password = \"x\"\n", "mail.password"),
            (
                "user = \"hub\"\npassword = \"x\"\npassword_file = \"y\"\n",
                "mail.password_file",
            ),
            (
                "user = \"hub\"\npassword_file = \"/nowhere/at/all\"\n",
                "mail.password_file",
            ),
            ("security = \"ssl\"\n", "mail.security"),
            ("pasword = \"secret\"\n", "pasword"),
        ] {
            let said = load(folder.path(), text).unwrap_err().to_string();
            assert!(said.contains(named), "{text}: {said}");
        }
        let mail = |text| load(folder.path(), text).unwrap().mail.unwrap();
        assert_eq!(mail("").security(), Security::StartTls);
        assert_eq!(mail("port = 465\n").security(), Security::Tls);
        assert_eq!(mail("security = \"none\"\n").security(), Security::Nothing);
        let here = Mail {
            host: "localhost".to_owned(),
            ..mail("port = 1025\n")
        };
        assert_eq!(here.security(), Security::Nothing);
    }

    #[test]
    fn a_password_is_shown_to_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        std::fs::write(&file, "correct horse\n").unwrap();
        let text = format!("user = \"hub\"\npassword_file = {:?}\n", file.display());
        let config = load(folder.path(), &text).unwrap();
        let settings = config.mail.unwrap().server(None).unwrap();
        let (user, password) = settings.credentials.clone().unwrap();
        assert_eq!(user, "hub");
        assert_eq!(
            secrecy::ExposeSecret::expose_secret(&password),
            "correct horse"
        );
        assert!(!format!("{settings:?}").contains("horse"));
        let config = load(
            folder.path(),
            "user = \"hub\"\npassword = \"correct horse\"\n",
        )
        .unwrap();
        assert!(!format!("{config:?}").contains("horse"));
        // A number without quotes.
        let said = load(folder.path(), "user = \"hub\"\npassword = 20261129\n");
        let said = said.unwrap_err().to_string();
        assert!(
            said.contains("mail.password") && !said.contains("20261129"),
            "{said}"
        );
    }
}
