//! Hrefs of objects: servers write the same path in several spellings, and sometimes on another host.
//!
//! The id of an object is its path below its collection in one spelling, so that it survives a move of the whole account
//! to another host of the provider.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;

/// What is encoded in a path segment (RFC 3986 3.3).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':');

/// One spelling of a path.
fn canonical(path: &str) -> String {
    let segment = |segment: &str| {
        let bytes: Vec<u8> = percent_decode_str(segment).collect();
        match String::from_utf8(bytes) {
            Ok(text) => utf8_percent_encode(&text, ENCODED).to_string(),
            Err(_) => segment.to_owned(),
        }
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// The id of the object at `href` in an answer of `collection`: relative to it where it is below it, else its whole
/// path. `None` for the collection itself.
pub(super) fn id(collection: &Url, href: &str) -> Option<String> {
    let path = canonical(collection.join(href).ok()?.path());
    let base = with_slash(&canonical(collection.path()));
    if with_slash(&path) == base {
        return None;
    }
    Some(path.strip_prefix(&base).map_or(path.clone(), str::to_owned))
}

/// The address of an object.
pub(super) fn address(collection: &Url, id: &str) -> Url {
    let mut url = collection.clone();
    if id.starts_with('/') {
        url.set_path(id);
    } else {
        url.set_path(&format!("{}{id}", with_slash(collection.path())));
    }
    url.set_query(None);
    url
}

/// The path of an object, as hrefs in requests have it.
pub(super) fn path(collection: &Url, id: &str) -> String {
    address(collection, id).path().to_owned()
}

fn with_slash(path: &str) -> String {
    if path.ends_with('/') {
        path.to_owned()
    } else {
        format!("{path}/")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn one_object_has_one_id_in_all_spellings() {
        let collection: Url = "https://p1-caldav.icloud.com/12/calendars/a%40b/"
            .parse()
            .unwrap();
        for href in [
            "/12/calendars/a@b/x%20y.ics",
            "/12/calendars/a%40b/x%20y.ics",
            "https://caldav.icloud.com/12/calendars/a@b/x%20y.ics",
            "x%20y.ics",
        ] {
            assert_eq!(
                id(&collection, href).as_deref(),
                Some("x%20y.ics"),
                "{href}"
            );
        }
        for own in ["/12/calendars/a@b/", "/12/calendars/a%40b", "./"] {
            assert_eq!(id(&collection, own), None, "{own}");
        }
        let elsewhere = id(&collection, "/other/1.ics").unwrap();
        assert_eq!(elsewhere, "/other/1.ics");
        assert_eq!(path(&collection, &elsewhere), "/other/1.ics");
        assert_eq!(
            address(&collection, "x%20y.ics").as_str(),
            "https://p1-caldav.icloud.com/12/calendars/a%40b/x%20y.ics"
        );
        assert_eq!(
            path(&collection, "mailto:x%2Fy.ics"),
            "/12/calendars/a%40b/mailto:x%2Fy.ics"
        );
    }
}
