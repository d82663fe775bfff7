//! The mail server: what it is told before it has proved who it is, and what is made of what it answers.

use std::sync::Arc;

use kalends_delivery::mail::{Failure, Security, Server, ServerSettings};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use secrecy::SecretString;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivateKeyDer},
};

use super::{
    on,
    smtp::{Manner, Smtp},
    speaker,
};

const PASSWORD: &str = "correct horse";

fn let_in(settings: ServerSettings) -> ServerSettings {
    ServerSettings {
        credentials: Some(("hub".to_owned(), SecretString::from(PASSWORD))),
        ..settings
    }
}

fn said(failure: Failure) -> String {
    match failure {
        Failure::Refused(code) => code.to_string(),
        Failure::Later(reason) => reason.to_string(),
    }
}

async fn checked(settings: ServerSettings) -> Result<(), String> {
    let server = Server::new(settings, &speaker()).unwrap();
    server.check().await.map_err(said)
}

#[tokio::test]
async fn a_server_that_offers_no_tls_is_told_nothing() {
    let smtp = Smtp::start(None).await;
    let settings = ServerSettings {
        security: Security::StartTls,
        ..let_in(on(&smtp))
    };
    let refused = checked(settings).await.unwrap_err();
    assert!(
        refused.contains("TLS") || refused.contains("not understood"),
        "{refused}"
    );
    let told = smtp.said();
    let harmless = |line: &String| {
        line.starts_with("EHLO") || line.starts_with("STARTTLS") || line.starts_with("QUIT")
    };
    assert!(told.iter().all(harmless), "{told:?}");
}

#[tokio::test]
async fn a_certificate_is_believed_if_its_authority_is() {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let smtp = Smtp::start(Some(TlsAcceptor::from(Arc::new(config)))).await;
    let settings = ServerSettings {
        host: "localhost".to_owned(),
        security: Security::Tls,
        ..let_in(on(&smtp))
    };
    let believed = ServerSettings {
        root_ca: Some(cert.pem().into_bytes()),
        ..settings.clone()
    };
    assert_eq!(checked(believed.clone()).await, Ok(()));
    assert!(
        smtp.said()
            .iter()
            .any(|line| line.starts_with("AUTH PLAIN "))
    );
    let before = smtp.said().len();
    checked(settings).await.unwrap_err();
    let other = ServerSettings {
        host: "127.0.0.1".to_owned(),
        ..believed
    };
    checked(other).await.unwrap_err();
    assert_eq!(
        smtp.said().len(),
        before,
        "nobody else is told the password"
    );
}

#[tokio::test]
async fn what_is_wrong_is_said_without_what_is_secret() {
    let smtp = Smtp::start(None).await;
    let echo = "535 5.7.8 hub with correct horse is not known, ben@example.org";
    smtp.will([Manner::Auth(echo)]);
    let settings = let_in(on(&smtp));
    assert!(!format!("{settings:?}").contains(PASSWORD));
    let refused = checked(settings).await.unwrap_err();
    assert!(
        refused.contains("535") && refused.contains("password"),
        "{refused}"
    );
    assert!(
        !refused.contains("horse") && !refused.contains("ben@"),
        "{refused}"
    );
    let nobody = ServerSettings {
        port: 1,
        ..on(&smtp)
    };
    let refused = checked(nobody).await.unwrap_err();
    assert!(refused.contains("cannot be reached"), "{refused}");
}
