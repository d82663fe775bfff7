//! Whether everybody whom the hub needs can be reached, with certificates that it believes and a clock like its own.

use jiff::Timestamp;
use network::{Error, Network, Reach, Request, Url};

use super::Doctor;
use crate::{config::Config, house};

/// More seconds than this between our clock and theirs, and tokens and TLS begin to fail.
const SKEW_SECONDS_MAX: i64 = 60;

impl Doctor {
    /// Every address once per server: providers, where their tokens come from, accounts' servers, and our own.
    pub(super) async fn reach(&mut self, config: &Config, servers: Vec<String>) {
        let network = match house::network(config) {
            Ok(network) => network,
            Err(error) => {
                self.bad("network", &error.to_string());
                return;
            }
        };
        let mut skews = Vec::new();
        for (what, url) in addresses(config, servers) {
            self.ask(&network, what, &url, &mut skews).await;
        }
        // Our own address may be one of our own network.
        let own = config.server.public_url.as_deref().and_then(origin);
        if let (Some(url), Ok(network)) =
            (own, house::network_that_reaches(config, Reach::Anything))
        {
            self.ask(&network, "public address", &url, &mut skews).await;
        }
        if config.google.is_none() && config.microsoft.is_none() {
            Self::note(
                "providers",
                "no OAuth client is configured: only CalDAV accounts can be connected",
            );
        }
        match skews.iter().max() {
            None => Self::note(
                "clock",
                "not compared: nobody could be asked what time it is",
            ),
            Some(skew) if *skew > SKEW_SECONDS_MAX => {
                self.bad(
                    "clock",
                    &format!("{skew} s away from theirs: run a time service"),
                );
            }
            Some(_) => Self::good("clock", "agrees with theirs"),
        }
    }

    async fn ask(&mut self, network: &Network, what: &str, url: &Url, skews: &mut Vec<i64>) {
        let host = url.host_str().unwrap_or_default();
        match network.send(Request::get(url)).await {
            Ok(response) => {
                Self::good(what, &format!("{host} answers"));
                skews.extend(response.header("date").and_then(skew));
            }
            Err(error) => self.bad(what, &format!("{error}. {}", advice(&error))),
        }
    }
}

/// What is asked, each server once.
fn addresses(config: &Config, servers: Vec<String>) -> Vec<(&'static str, Url)> {
    let configured = house::configured(config);
    let clients = [
        ("google", configured.google),
        ("microsoft", configured.microsoft),
    ];
    let mut all: Vec<(&str, Url)> = Vec::new();
    let of_clients = clients.into_iter().flat_map(|(name, client)| {
        let urls = client.map(|c| [c.root, c.endpoints.token, c.endpoints.authorize]);
        urls.into_iter().flatten().map(move |url| (name, url))
    });
    let of_accounts = servers.into_iter().map(|url| ("account", url));
    for (what, url) in of_clients.chain(of_accounts) {
        let Some(url) = origin(&url) else { continue };
        if !all.iter().any(|(_, known)| *known == url) {
            all.push((what, url));
        }
    }
    all
}

/// The server of an address: nothing is asked of what is behind it.
fn origin(url: &str) -> Option<Url> {
    let url = if url.contains("://") {
        url.to_owned()
    } else {
        format!("https://{url}")
    };
    Url::parse(&url).ok()?.join("/").ok()
}

/// Seconds between a server's clock and ours.
#[expect(
    clippy::disallowed_methods,
    reason = "the doctor looks at the machine's clock itself"
)]
fn skew(date: &str) -> Option<i64> {
    let theirs = jiff::fmt::rfc2822::parse(date).ok()?.timestamp();
    Some(Timestamp::now().duration_since(theirs).as_secs().abs())
}

/// What to do about it.
fn advice(error: &Error) -> &'static str {
    match error {
        Error::Refused { .. } => "See network.reach and network.allow",
        Error::NotSent { cause, .. } if cause.to_lowercase().contains("certificate") => {
            "The server's certificate is not believed: renew it there, check this machine's clock, or name its authority \
             in network.root_ca"
        }
        _ => "Check DNS, proxy and firewall",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_not_blamed_on_the_firewall() {
        let not_sent = |cause: &str| Error::NotSent {
            host: "dav.example".to_owned(),
            cause: cause.to_owned(),
        };
        let unknown = "invalid peer certificate: UnknownIssuer";
        assert!(advice(&not_sent(unknown)).contains("network.root_ca"));
        assert!(advice(&not_sent("dns error")).contains("DNS"));
    }

    #[test]
    fn each_server_is_asked_once() {
        let config = Config::default();
        let servers = [
            "https://dav.example/a/",
            "dav.example",
            "https://dav.example:8443/b",
        ];
        let asked = addresses(&config, servers.map(str::to_owned).to_vec());
        let asked: Vec<&str> = asked.iter().map(|(_, url)| url.as_str()).collect();
        assert_eq!(asked, ["https://dav.example/", "https://dav.example:8443/"]);
    }
}
