//! Which certificates are believed.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use kalends_network::{Error, Network, Reach, Redirects, Refusal, Request, Settings};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::server::{Names, reply};

/// Serves `reply` over TLS for a.example.com; returns its port and the certificate authority (PEM).
fn serve(reply: String) -> (u16, Vec<u8>) {
    let mut authority = CertificateParams::new([]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["a.example.com".to_owned()])
        .unwrap()
        .signed_by(&key, &authority)
        .unwrap();
    let chain = vec![CertificateDer::from(certificate.der().to_vec())];
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(
        rustls::crypto::aws_lc_rs::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_no_client_auth()
    .with_single_cert(chain, PrivateKeyDer::try_from(key.serialize_der()).unwrap())
    .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let config = Arc::new(config);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = rustls::StreamOwned::new(
                rustls::ServerConnection::new(config.clone()).unwrap(),
                stream.unwrap(),
            );
            // Fails for the clients that do not believe the certificate, as they should.
            if stream.read(&mut [0; 4096]).is_ok() {
                let _ = stream.write_all(reply.as_bytes());
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        }
    });
    (port, authority.pem().into_bytes())
}

fn network(extra_root_ca: Option<Vec<u8>>) -> Result<Network, Error> {
    let names = Names::new(&[
        ("a.example.com", &["127.0.0.1"]),
        ("b.example.com", &["127.0.0.1"]),
    ]);
    Network::new(Settings {
        reach: Reach::AlsoLoopback,
        extra_root_ca,
        resolver: Some(names),
        ..Settings::default()
    })
}

#[tokio::test]
async fn the_extra_authority_is_believed_for_its_names_only() {
    let (port, authority) = serve(reply(200, "", "sealed"));
    let request = |host: &str| Request::post(format!("https://{host}:{port}/")).bearer("token");
    let knowing = network(Some(authority)).unwrap();
    assert_eq!(
        knowing
            .send(request("a.example.com"))
            .await
            .unwrap()
            .text()
            .unwrap(),
        "sealed"
    );
    for (name, network, host) in [
        ("wrong name", &knowing, "b.example.com"),
        (
            "unknown authority",
            &network(None).unwrap(),
            "a.example.com",
        ),
    ] {
        let error = network.send(request(host)).await.unwrap_err();
        assert!(
            matches!(&error, Error::NotSent { cause, .. } if cause.contains("certificate")),
            "{name}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_redirect_from_https_to_http_is_refused() {
    let (port, authority) = serve(reply(302, "location: http://a.example.com/\r\n", ""));
    let request =
        Request::get(format!("https://a.example.com:{port}/")).follow(Redirects::up_to(5));
    let error = network(Some(authority))
        .unwrap()
        .send(request)
        .await
        .unwrap_err();
    assert_eq!(
        error,
        Error::Refused {
            host: "a.example.com".into(),
            reason: Refusal::Downgrade
        }
    );
}

#[tokio::test]
async fn a_file_without_certificates_is_said_at_once() {
    assert!(matches!(
        network(Some(b"not PEM".to_vec())),
        Err(Error::BadSettings(_))
    ));
}
