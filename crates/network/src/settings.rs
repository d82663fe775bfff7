//! What the operator decides about outgoing requests.

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use crate::address::in_network;
use crate::error::Error;
use crate::resolver::Resolver;

/// What a [`Network`](crate::Network) is made from. The default reaches the public internet only.
#[derive(Clone)]
pub struct Settings {
    /// Which addresses may be asked.
    pub reach: Reach,
    /// Exceptions to `reach` that the operator trusts.
    pub allow: Vec<Allowed>,
    /// Further root certificates (PEM, one or more), on top of those of the system.
    pub extra_root_ca: Option<Vec<u8>>,
    /// The most time a request may take, redirects and body included, unless it says otherwise.
    pub deadline: Duration,
    /// The most time that DNS, TCP and TLS may take together. Shorter than `deadline`, so that a dead
    /// host is reported as `NotSent` and not as `Unknown`.
    pub connect_deadline: Duration,
    /// The largest body that is read, in bytes, unless the request says otherwise.
    pub body_limit_bytes: usize,
    /// Resolves names in place of the system's resolver. Its answers are checked like any others.
    pub resolver: Option<Arc<dyn Resolver>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            reach: Reach::PublicOnly,
            allow: Vec::new(),
            extra_root_ca: None,
            deadline: Duration::from_secs(30),
            connect_deadline: Duration::from_secs(10),
            body_limit_bytes: 64 * 1024 * 1024,
            resolver: None,
        }
    }
}

/// Which addresses may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// Hosts on the public internet, on ports that speak HTTP.
    #[default]
    PublicOnly,
    /// These, and this machine: the sandbox and tests.
    AlsoLoopback,
    /// Every address. For an installation whose users are all trusted with its network.
    Anything,
}

/// An exception to [`Reach`]. As text: `10.0.0.0/8`, `192.168.1.7`, `nas.local`, `nas.local:5232`, `[fd00::7]:8080`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// Every address of a block, under whatever public name, on ports that speak HTTP.
    Network {
        /// An address of the block.
        address: IpAddr,
        /// How many leading bits the block shares.
        bits: u8,
    },
    /// One host as it is written in the URL, whatever it resolves to, on one port or (`None`) on all.
    Host {
        /// The name in lower case (punycode) or the literal address, without brackets.
        host: String,
        /// The port.
        port: Option<u16>,
    },
}

impl Allowed {
    pub(crate) fn holds_host(&self, asked: &str, asked_port: u16) -> bool {
        match self {
            Self::Host { host, port } => {
                host == asked && port.is_none_or(|port| port == asked_port)
            }
            Self::Network { .. } => false,
        }
    }

    pub(crate) fn holds_address(&self, asked: IpAddr) -> bool {
        match self {
            Self::Network { address, bits } => in_network(asked, *address, *bits),
            Self::Host { .. } => false,
        }
    }
}

impl FromStr for Allowed {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let bad = || {
            Error::BadSettings(format!(
                "allow: {text:?} is none of 10.0.0.0/8, host, host:port, [v6]:port"
            ))
        };
        let text = text.trim();
        if let Some((address, bits)) = text.split_once('/') {
            let address: IpAddr = address.parse().map_err(|_| bad())?;
            let bits: u8 = bits.parse().map_err(|_| bad())?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            return if bits <= most {
                Ok(Self::Network { address, bits })
            } else {
                Err(bad())
            };
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Host {
                host: address.to_string(),
                port: None,
            });
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().map_err(|_| bad())?)),
            None => (text, None),
        };
        match url::Host::parse(host).map_err(|_| bad())? {
            url::Host::Domain(name) => Ok(Self::Host {
                host: name.trim_end_matches('.').to_owned(),
                port,
            }),
            url::Host::Ipv4(v4) => Ok(Self::Host {
                host: v4.to_string(),
                port,
            }),
            url::Host::Ipv6(v6) => Ok(Self::Host {
                host: v6.to_string(),
                port,
            }),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_allow_list_reads_networks_hosts_and_ports() {
        let host = |host: &str, port| Allowed::Host {
            host: host.into(),
            port,
        };
        for (text, wanted) in [
            (
                "10.0.0.0/8",
                Allowed::Network {
                    address: "10.0.0.0".parse().unwrap(),
                    bits: 8,
                },
            ),
            (
                "fd00::/8",
                Allowed::Network {
                    address: "fd00::".parse().unwrap(),
                    bits: 8,
                },
            ),
            ("NAS.local", host("nas.local", None)),
            ("nas.local:5232", host("nas.local", Some(5232))),
            ("192.168.1.7:80", host("192.168.1.7", Some(80))),
            ("fd00::7", host("fd00::7", None)),
            ("[fd00::7]:8080", host("fd00::7", Some(8080))),
        ] {
            assert_eq!(text.parse::<Allowed>().unwrap(), wanted, "{text}");
        }
        for text in [
            "",
            "10.0.0.0/33",
            "10.0.0/8",
            "a b",
            "host:port",
            "http://host/",
        ] {
            assert!(text.parse::<Allowed>().is_err(), "{text}");
        }
    }
}
