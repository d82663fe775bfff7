//! The web app's files, embedded by `build.rs`. No HTTP here: a face turns an [`Asset`] into a response.
//!
//! A server asks [`asset`] for a path, and answers [`index`] where there is none and the browser wants a page: the app
//! routes by itself.

use std::borrow::Cow;

include!(concat!(env!("OUT_DIR"), "/bundle.rs"));

/// One file of the web app.
#[derive(Clone, Debug)]
pub struct Asset {
    /// The file's bytes.
    pub body: Cow<'static, [u8]>,
    /// The value of `Content-Type`, with a charset where it is text.
    pub content_type: &'static str,
    /// The value of `ETag`, quotes included (RFC 9110, section 8.8.3).
    pub etag: String,
    /// Whether the name changes with the content, so that it may be cached for ever.
    pub immutable: bool,
}

/// The file at a path of the site (`/assets/index-a1b2.js`), with or without the slash in front.
///
/// Only files that were embedded exist: a path cannot leave the bundle.
pub fn asset(path: &str) -> Option<Asset> {
    let path = path.trim_start_matches('/');
    let file = Bundle::get(path)?;
    Some(Asset {
        etag: etag(&file.metadata.sha256_hash()),
        content_type: content_type(path),
        body: file.data,
        immutable: path.starts_with("assets/"),
    })
}

/// The page in which the app starts: the answer for every path of the site that is the app's own.
///
/// # Panics
/// Never: `build.rs` embeds nothing without an `index.html`.
pub fn index() -> Asset {
    asset("index.html").expect("build.rs embeds nothing without an index.html")
}

fn etag(sha256: &[u8; 32]) -> String {
    use std::fmt::Write as _;
    let mut text = String::from("\"");
    for byte in &sha256[..16] {
        write!(text, "{byte:02x}").expect("writing to a String cannot fail");
    }
    text.push('"');
    text
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        _ => mime_guess::from_path(path)
            .first_raw()
            .unwrap_or("application/octet-stream"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_is_a_page_that_may_change() {
        let index = index();
        assert_eq!(index.content_type, "text/html; charset=utf-8");
        assert!(!index.immutable);
        assert!(index.etag.starts_with('"') && index.etag.ends_with('"') && index.etag.len() == 34);
    }

    #[test]
    fn what_the_index_names_exists() {
        let page = String::from_utf8_lossy(&index().body).into_owned();
        let named = page.split('"').filter(|part| part.starts_with("/assets/"));
        for path in named {
            assert!(asset(path).is_some_and(|asset| asset.immutable), "{path}");
        }
    }

    #[test]
    fn paths_stay_inside_the_bundle() {
        for path in ["/../Cargo.toml", "../../etc/passwd", "", "/", "/assets/"] {
            assert!(asset(path).is_none(), "{path}");
        }
    }

    #[test]
    fn types_are_those_that_browsers_insist_on() {
        for (path, expected) in [
            ("a.js", "text/javascript; charset=utf-8"),
            ("icon.svg", "image/svg+xml"),
            ("font.woff2", "font/woff2"),
            ("unknown", "application/octet-stream"),
        ] {
            assert_eq!(content_type(path), expected);
        }
    }
}
