//! The guard against the shared SSRF vectors, without a network: what would be connected to is judged.

use std::net::IpAddr;
use std::sync::Arc;

use reqwest::dns::Resolve;
use serde_json::Value;
use url::Host;

use crate::guard::{Guard, Route, parse};
use crate::resolver::{Checked, Lookup, Resolver};
use crate::settings::Reach;

const VECTORS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../shared/corpora/security/ssrf_vectors.jsonl"
);

/// The answer that a vector describes.
struct Described(Vec<IpAddr>);

impl Resolver for Described {
    fn lookup(&self, _name: &str) -> Lookup {
        let answer = self.0.clone();
        Box::pin(async move { Ok(answer) })
    }
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text],
        _ => Vec::new(),
    }
}

fn described(context: &Value) -> Option<Vec<IpAddr>> {
    if context.get("dns_cname").is_some() {
        // The system's resolver follows the alias; what counts is where it ends, on our own network.
        return Some(vec!["10.0.0.53".parse().unwrap()]);
    }
    if context.get("body").is_some() {
        return Some(vec!["93.184.215.14".parse().unwrap()]);
    }
    Some(
        texts(context.get("dns")?)
            .iter()
            .map(|text| text.parse().unwrap())
            .collect(),
    )
}

/// Whether the guard lets the request reach an address.
async fn reaches(url: &str, context: &Value) -> bool {
    let allow = context.get("allow").map(texts).unwrap_or_default();
    let allow = allow.iter().map(|entry| entry.parse().unwrap()).collect();
    let guard = Arc::new(Guard {
        reach: Reach::PublicOnly,
        allow,
    });
    let Ok(url) = parse(url) else { return false };
    match (guard.admit(&url), url.host()) {
        (Err(_), _) => false,
        (Ok(Route::Guarded), Some(Host::Domain(name))) => {
            let dns = described(context)
                .unwrap_or_else(|| panic!("{url} is refused before it is resolved"));
            let checked = Checked {
                resolver: Arc::new(Described(dns)),
                guard: Some(guard),
            };
            checked.resolve(name.parse().unwrap()).await.is_ok()
        }
        (Ok(_), _) => true,
    }
}

#[tokio::test]
#[expect(clippy::print_stderr, reason = "a test says what it skips")]
async fn the_shared_vectors() {
    let Ok(text) = std::fs::read_to_string(VECTORS) else {
        eprintln!("SKIPPED: {VECTORS} is not there");
        return;
    };
    let mut wrong = Vec::new();
    for line in text.lines() {
        let vector: Value = serde_json::from_str(line).unwrap();
        let known = ["dns", "dns_cname", "body", "allow"];
        if let Some(key) = vector["ctx"]
            .as_object()
            .unwrap()
            .keys()
            .find(|key| !known.contains(&key.as_str()))
        {
            eprintln!("SKIPPED: vector {} needs {key:?}", vector["id"]);
            continue;
        }
        // "cut" is let through; that its body is cut is a test of the client.
        let wanted = vector["verdict"] != "block";
        if reaches(vector["url"].as_str().unwrap(), &vector["ctx"]).await != wanted {
            wrong.push(line);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
