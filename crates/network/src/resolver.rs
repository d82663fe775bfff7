//! Resolves names, and hands on only addresses that the guard admits.
//!
//! The connection is made to the very addresses that were checked: nothing resolves the name a second
//! time, so a name that changes its answer (DNS rebinding) gains nothing.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::error::Refusal;
use crate::guard::Guard;

/// The addresses of a name, to come.
pub type Lookup = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Resolves names.
pub trait Resolver: Send + Sync {
    /// All addresses of `name`, IPv4 and IPv6.
    fn lookup(&self, name: &str) -> Lookup;
}

/// The resolver of the operating system.
pub(crate) struct SystemResolver;

impl Resolver for SystemResolver {
    fn lookup(&self, name: &str) -> Lookup {
        let name = name.to_owned();
        Box::pin(async move {
            Ok(tokio::net::lookup_host((name, 0))
                .await?
                .map(|found| found.ip())
                .collect())
        })
    }
}

/// The hook into the HTTP client: every answer of the resolver passes the guard.
pub(crate) struct Checked {
    pub(crate) resolver: Arc<dyn Resolver>,
    /// `None` for hosts on the allow list, which may resolve to anything.
    pub(crate) guard: Option<Arc<Guard>>,
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let lookup = self.resolver.lookup(name.as_str());
        let guard = self.guard.clone();
        Box::pin(async move {
            let found = lookup.await?;
            if found.is_empty() {
                return Err(
                    io::Error::new(io::ErrorKind::NotFound, "the name has no address").into(),
                );
            }
            // One forbidden answer condemns the name: which of them is dialled is not ours to choose.
            if let Some(guard) = guard
                && !found.iter().all(|address| guard.admits_address(*address))
            {
                return Err(Refusal::Address.into());
            }
            // Port 0: the client puts in the port of the URL.
            let addresses: Addrs =
                Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}
