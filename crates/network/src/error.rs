//! What can go wrong, told apart by what the caller must do next.

/// Why a request did not end in a whole reply.
///
/// | Variant | Was the request executed? | What the caller does |
/// |---|---|---|
/// | [`BadUrl`](Self::BadUrl), [`BadRequest`](Self::BadRequest), [`Refused`](Self::Refused) | no | mends the address or asks the operator; the same request fails again |
/// | [`NotSent`](Self::NotSent) | no | may send it again later |
/// | [`Unknown`](Self::Unknown) | perhaps | **looks before it retries** (by id, then by marker) |
/// | [`BodyTooLarge`](Self::BodyTooLarge), [`BadReply`](Self::BadReply) | yes, the server answered | reads the result in smaller parts |
/// | [`BadSettings`](Self::BadSettings) | – | mends the configuration |
///
/// No variant holds a header, a body, a path or a query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The request certainly did not reach the server: the name did not resolve, the connection was
    /// refused or timed out, or TLS could not agree (an unknown certificate authority, say).
    #[error("no connection to {host}, nothing was sent: {cause}")]
    NotSent {
        /// The host that could not be reached.
        host: String,
        /// What DNS, TCP or TLS said.
        cause: String,
    },

    /// The request may have been executed: the deadline passed, or the connection broke, before the
    /// whole reply had come. After this the caller must look at the server before it retries a write.
    ///
    /// It is also the answer in doubt: a deadline that passes while connecting is reported so, because
    /// nothing tells it from one that passes a moment later.
    #[error("{host} may or may not have executed the request; look before you retry: {cause}")]
    Unknown {
        /// The host that was asked.
        host: String,
        /// What broke.
        cause: String,
    },

    /// The server answered `status`, with a body above the request's limit, which was not read further.
    #[error("{host} answered {status} with more than {limit_bytes} bytes")]
    BodyTooLarge {
        /// The host that answered.
        host: String,
        /// The status that it answered.
        status: u16,
        /// The request's body limit, in bytes.
        limit_bytes: usize,
    },

    /// The server answered, but the body is not what the caller can read. The body is not quoted.
    #[error("{host} answered {status} with a body that is {what}")]
    BadReply {
        /// The host that answered.
        host: String,
        /// The status that it answered.
        status: u16,
        /// What is wrong with the body, and where.
        what: String,
    },

    /// The text is not an address that an HTTP client can use. The address is not quoted.
    #[error("not a usable http or https address: {0}")]
    BadUrl(&'static str),

    /// A header or body of the request cannot be sent.
    #[error("the request cannot be sent: {0}")]
    BadRequest(String),

    /// The guard refused the address; nothing was sent there.
    #[error("refused to connect to {host}: {reason}")]
    Refused {
        /// The host that was to be asked.
        host: String,
        /// Which rule it breaks.
        reason: Refusal,
    },

    /// A value of [`Settings`](crate::Settings) cannot be used.
    #[error("network settings: {0}")]
    BadSettings(String),
}

impl Error {
    /// Whether the server may have executed the request. If so, look before you retry a write.
    pub fn may_have_been_executed(&self) -> bool {
        match self {
            Self::Unknown { .. } | Self::BodyTooLarge { .. } | Self::BadReply { .. } => true,
            Self::NotSent { .. }
            | Self::BadUrl(_)
            | Self::BadRequest(_)
            | Self::Refused { .. }
            | Self::BadSettings(_) => false,
        }
    }
}

/// The rule by which the guard refused an address. Which address a name resolved to is not told:
/// whoever chose the name must not learn our network from the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The address, or one that the name resolves to, is not on the public internet.
    #[error(
        "it is not an address on the public internet; an operator can put it on the allow list"
    )]
    Address,
    /// The name belongs to a private network by its form (`db`, `nas.local`, `localhost`).
    #[error("it is a name of a private network; an operator can put it on the allow list")]
    Name,
    /// The port belongs to another protocol.
    #[error("the port is not one for HTTP; an operator can put host:port on the allow list")]
    Port,
    /// A redirect from https to http.
    #[error("it redirects from https to http")]
    Downgrade,
    /// More redirects than the request wanted to follow.
    #[error("it redirects too often")]
    TooManyRedirects,
}
