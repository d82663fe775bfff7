//! The sandbox's own certificate authority, for the official clients that refuse plain http.

use std::{fs, path::Path};

use axum_server::tls_rustls::RustlsConfig;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

use crate::{Error, Result, files, io};

/// The authority's certificate, which clients are told to trust.
pub(crate) const CA: &str = "ca.pem";
const CA_KEY: &str = "ca.key";
const LEAF: &str = "tls.pem";
const LEAF_KEY: &str = "tls.key";
/// What clients call this machine.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
/// Made-up servers on loopback need no renewal: a client that trusts the authority today shall do so next year.
const FROM: (i32, u8, u8) = (2024, 1, 1);
/// Apple's clients refuse server certificates of more than 825 days unless their authority was added by hand, as ours is.
const UNTIL: (i32, u8, u8) = (2044, 1, 1);

/// What servers need. Made on the first start, the same on all later ones.
pub(crate) async fn config(data: &Path) -> Result<RustlsConfig> {
    // Both providers of rustls are in the build of some tests: say which one is meant. Whoever came first is right too.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    if !data.join(CA).exists() || !data.join(LEAF_KEY).exists() {
        make(data)?;
    }
    RustlsConfig::from_pem_file(data.join(LEAF), data.join(LEAF_KEY))
        .await
        .map_err(io("reading the sandbox's certificate"))
}

/// The authority's certificate in PEM, if there is one.
pub(crate) fn authority(data: &Path) -> Option<Vec<u8>> {
    fs::read(data.join(CA)).ok()
}

fn make(data: &Path) -> Result<()> {
    let (ca, issuer) = new_authority()?;
    let leaf_key = KeyPair::generate().map_err(failed)?;
    let mut params = CertificateParams::new(NAMES.map(str::to_owned)).map_err(failed)?;
    params
        .distinguished_name
        .push(DnType::CommonName, "localhost");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    lives(&mut params);
    let leaf = params.signed_by(&leaf_key, &issuer).map_err(failed)?;
    files::write(&data.join(CA_KEY), issuer.key().serialize_pem().as_bytes())?;
    files::write(&data.join(LEAF), leaf.pem().as_bytes())?;
    files::write(&data.join(LEAF_KEY), leaf_key.serialize_pem().as_bytes())?;
    // Last: whoever sees it finds everything else there.
    files::write(&data.join(CA), ca.as_bytes())
}

fn new_authority() -> Result<(String, Issuer<'static, KeyPair>)> {
    let key = KeyPair::generate().map_err(failed)?;
    let mut params = CertificateParams::new(Vec::new()).map_err(failed)?;
    params
        .distinguished_name
        .push(DnType::CommonName, "Kalends sandbox (this machine only)");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![
        KeyUsagePurpose::KeyCertSign,
        KeyUsagePurpose::CrlSign,
        KeyUsagePurpose::DigitalSignature,
    ];
    lives(&mut params);
    let certificate = params.self_signed(&key).map_err(failed)?;
    Ok((certificate.pem(), Issuer::new(params, key)))
}

fn lives(params: &mut CertificateParams) {
    params.not_before = date_time_ymd(FROM.0, FROM.1, FROM.2);
    params.not_after = date_time_ymd(UNTIL.0, UNTIL.1, UNTIL.2);
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn failed(error: rcgen::Error) -> Error {
    Error::Certificate(error.to_string())
}
