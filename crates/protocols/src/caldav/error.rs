//! What can be wrong with a DAV body.

/// Why a body could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Larger or deeper than is read.
    #[error("the XML body has {what}; at most {max} are read")]
    TooLarge {
        /// Which limit: bytes, levels, elements.
        what: &'static str,
        /// What is read.
        max: usize,
    },
    /// Not well-formed.
    #[error("the XML body is not well-formed near byte {at}")]
    NotXml {
        /// Where reading stopped.
        at: u64,
    },
    /// Has a document type or refers to an entity: neither is read, they are a way to attack.
    #[error("the XML body has a document type or an entity; neither is allowed")]
    Forbidden,
    /// The outermost element is not the one that was expected.
    #[error("the XML body begins with <{found}> instead of <{expected}>")]
    Root {
        /// Its local name.
        found: String,
        /// What was expected.
        expected: &'static str,
    },
    /// Texts cannot be compared in this way (RFC 4791 7.5.1).
    #[error("there is no collation {name}; i;ascii-casemap and i;octet are known")]
    Collation {
        /// Its name.
        name: String,
    },
    /// An element lacks what it cannot do without, or holds what it must not.
    #[error("<{element}>: {problem}")]
    Element {
        /// Local name of the element.
        element: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
}
