//! Whom a stand-in tells of changes: addresses on this machine, unless a fault has it keep silent.

use std::sync::Arc;

use delivery::Policy;
use url::Url;

use crate::Faults;

/// This machine and nobody else.
pub(crate) struct ThisMachine(pub Arc<Faults>);

impl Policy for ThisMachine {
    fn refuses(&self, address: &Url) -> Option<&'static str> {
        let here = matches!(address.scheme(), "http" | "https") && delivery::is_loopback(address);
        (!here).then_some("the sandbox notifies addresses on this machine only")
    }

    fn is_silent(&self) -> bool {
        self.0.plan().no_push
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn nobody_else_is_told_anything() {
        let policy = ThisMachine(Arc::default());
        let refuses = |address: &str| policy.refuses(&Url::parse(address).unwrap()).is_some();
        for here in [
            "http://127.0.0.1:8420/push/1",
            "https://localhost/x",
            "http://[::1]:9/",
            "http://127.8.9.1/",
        ] {
            assert!(!refuses(here), "{here}");
        }
        for elsewhere in [
            "https://example.com/",
            "http://localhost.example.com/",
            "http://10.0.0.1/",
            "ftp://127.0.0.1/",
        ] {
            assert!(refuses(elsewhere), "{elsewhere}");
        }
    }
}
