//! Giving a message to the hub's mail server (SMTP, RFC 5321; submission, RFC 6409; TLS, RFC 8314).

use std::{fmt, time::Duration};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    transport::smtp::{
        Error,
        authentication::Credentials,
        client::{Certificate, CertificateStore, Tls, TlsParameters},
        extension::ClientId,
    },
};
use secrecy::{ExposeSecret as _, SecretString};

use super::{Composed, Speaker};

/// How long one answer of the server may take.
const ANSWER: Duration = Duration::from_secs(20);
/// How long a message may take, from the first packet to the last.
const WHOLE: Duration = Duration::from_secs(60);
/// Codes that are permanent by their number, and are about us and not about the message: the user, the password, or that TLS is
/// wanted (RFC 4954 6, RFC 3207 4).
const ABOUT_US: [u16; 4] = [530, 534, 535, 538];

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (usually port 465).
    Tls,
    /// TLS before anything is said that matters (usually port 587). A server that does not offer it is told nothing.
    StartTls,
    /// None.
    Nothing,
}

/// Which server, and how to be let in.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// Who we are there, if that has to be said. The password is shown to nobody, not even by `Debug`.
    pub credentials: Option<(String, SecretString)>,
    /// Further root certificates (PEM).
    pub root_ca: Option<Vec<u8>>,
}

/// A message was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// For good: the server's code. What it says beside it may name people, and is not repeated.
    Refused(u16),
    /// Perhaps another time.
    Later(Reason),
}

/// Why another time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The server said so, with this code.
    Code(u16),
    /// It does not take user or password, with this code.
    NotLetIn(u16),
    /// Its certificate is not believed, or it offers no TLS.
    Tls,
    /// It took too long.
    Slow,
    /// It could not be reached, or broke off.
    Unreachable,
    /// It speaks in a way that is not understood, or cannot do what is needed.
    Strange,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "the mail server answered {code}"),
            Self::NotLetIn(code) => write!(
                f,
                "the mail server answered {code}: check user and password, and whether it wants TLS"
            ),
            Self::Tls => f.write_str(
                "no TLS with the mail server: its certificate is not believed, or it offers none",
            ),
            Self::Slow => f.write_str("the mail server took too long"),
            Self::Unreachable => f.write_str("the mail server cannot be reached, or broke off"),
            Self::Strange => f.write_str(
                "the mail server is not understood, or offers no way to sign in that is known here",
            ),
        }
    }
}

/// The hub's mail server.
#[derive(Clone)]
pub struct Server {
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl Server {
    /// Of these settings. Nothing is asked of it yet.
    ///
    /// # Errors
    /// The name of the host cannot be one, or the certificates cannot be read.
    pub fn new(settings: ServerSettings, speaker: &Speaker) -> Result<Self, &'static str> {
        let tls = match settings.security {
            Security::Nothing => Tls::None,
            Security::Tls => Tls::Wrapper(tls(&settings)?),
            Security::StartTls => Tls::Required(tls(&settings)?),
        };
        let hello = ClientId::Domain(speaker.domain().to_owned());
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(settings.host)
            .port(settings.port)
            .hello_name(hello)
            .timeout(Some(ANSWER))
            .tls(tls);
        if let Some((user, password)) = settings.credentials {
            let password = password.expose_secret().to_owned();
            transport = transport.credentials(Credentials::new(user, password));
        }
        Ok(Self {
            transport: transport.build(),
        })
    }

    /// Gives it a message.
    pub async fn send(&self, message: &Composed) -> Result<(), Failure> {
        let sending = self.transport.send_raw(&message.envelope, &message.bytes);
        match tokio::time::timeout(WHOLE, sending).await {
            Err(_) => Err(Failure::Later(Reason::Slow)),
            Ok(Err(error)) => Err(failure(&error)),
            Ok(Ok(_)) => Ok(()),
        }
    }

    /// Whether it can be reached and lets us in; nothing is sent.
    pub async fn check(&self) -> Result<(), Failure> {
        let asking = self.transport.test_connection();
        match tokio::time::timeout(WHOLE, asking).await {
            Err(_) => Err(Failure::Later(Reason::Slow)),
            Ok(Err(error)) => Err(failure(&error)),
            Ok(Ok(false)) => Err(Failure::Later(Reason::Unreachable)),
            Ok(Ok(true)) => Ok(()),
        }
    }
}

fn tls(settings: &ServerSettings) -> Result<TlsParameters, &'static str> {
    let mut tls =
        TlsParameters::builder(settings.host.clone()).certificate_store(CertificateStore::Default);
    if let Some(pem) = &settings.root_ca {
        let unread = "the root certificates cannot be read";
        tls = tls.add_root_certificate(Certificate::from_pem(pem).map_err(|_| unread)?);
    }
    tls.build_rustls()
        .map_err(|_| "the host has no name with which TLS could be spoken")
}

fn failure(error: &Error) -> Failure {
    let later = Failure::Later;
    match error.status().map(u16::from) {
        Some(code) if ABOUT_US.contains(&code) => later(Reason::NotLetIn(code)),
        Some(code) if error.is_permanent() => Failure::Refused(code),
        Some(code) => later(Reason::Code(code)),
        None if error.is_timeout() => later(Reason::Slow),
        None if error.is_tls() => later(Reason::Tls),
        None if error.is_client() || error.is_response() => later(Reason::Strange),
        None => later(Reason::Unreachable),
    }
}
