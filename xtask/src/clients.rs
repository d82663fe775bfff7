//! The vendors' official clients for Python and for Node, in places of their own: tests drive our faces with them.

use std::env;
use std::path::PathBuf;

use crate::Result;
use crate::node::Node;
use crate::venv::Venv;

/// The variable in which tests find the Python that can import the clients.
const PYTHON: &str = "KALENDS_CLIENTS_PYTHON";

/// The variable in which they find the folder whose `node_modules` have those for Node.
const NODE: &str = "KALENDS_CLIENTS_NODE";

const FOR_PYTHON: Venv = Venv {
    requirements: "xtask/clients.txt",
    folder: "clients/venv",
};

const FOR_NODE: Node = Node {
    manifest: "xtask/clients",
    folder: "clients/node",
};

/// What is installed, in the pinned versions.
pub struct Clients {
    /// The Python that can import the clients.
    pub python: Option<PathBuf>,
    /// The folder with `node_modules`.
    pub node: Option<PathBuf>,
}

impl Clients {
    /// Looks for them.
    pub fn find() -> Self {
        let said = |name| {
            let value = env::var_os(name).filter(|value| !value.is_empty());
            value.map(PathBuf::from)
        };
        Self {
            python: said(PYTHON).or_else(|| FOR_PYTHON.python()),
            node: said(NODE).or_else(|| FOR_NODE.there()),
        }
    }

    /// Installs what is missing or out of date.
    pub fn install() -> Result<Self> {
        let Self { python, node } = Self::find();
        Ok(Self {
            python: Some(python.map_or_else(|| FOR_PYTHON.install(), Ok)?),
            node: Some(node.map_or_else(|| FOR_NODE.install(), Ok)?),
        })
    }

    /// Whether nothing is missing.
    pub fn complete(&self) -> bool {
        self.python.is_some() && self.node.is_some()
    }

    /// Where they are, as tests are told.
    pub fn variables(&self) -> impl Iterator<Item = (&'static str, String)> {
        let all = [(PYTHON, &self.python), (NODE, &self.node)];
        let all = all.map(|(name, path)| Some((name, path.as_ref()?.display().to_string())));
        all.into_iter().flatten()
    }
}
