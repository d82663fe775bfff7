//! The `Prefer` header (RFC 7240) as Graph knows it.

use axum::http::{HeaderMap, HeaderValue};
use calendar::Zone;
use protocols::zones::zone_named;

use super::fault::Fault;

/// What a client prefers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Prefer {
    /// The zone for start and end.
    pub(super) zone: Zone,
    /// Its name as the client wrote it.
    pub(super) zone_name: String,
    /// Texts plain.
    pub(super) plain: bool,
    /// Items per page.
    pub(super) page: Option<usize>,
    /// What was honoured, for `Preference-Applied`.
    applied: Vec<String>,
}

impl Prefer {
    /// Reads all `Prefer` headers. What is not known is not minded.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Fault> {
        let mut prefer = Self {
            zone: Zone::utc(),
            zone_name: "UTC".to_owned(),
            plain: false,
            page: None,
            applied: Vec::new(),
        };
        let all = headers
            .get_all("prefer")
            .into_iter()
            .filter_map(|v| v.to_str().ok());
        for preference in all.flat_map(|line| line.split([',', ';'])) {
            let (name, value) = preference.split_once('=').unwrap_or((preference, ""));
            let value = value.trim().trim_matches('"');
            match name.trim().to_ascii_lowercase().as_str() {
                "outlook.timezone" => {
                    let unknown =
                        || Fault::parameter(format!("unknown time zone «{}»", short(value)));
                    prefer.zone = zone_named(value).ok_or_else(unknown)?;
                    value.clone_into(&mut prefer.zone_name);
                }
                "outlook.body-content-type" => prefer.plain = value.eq_ignore_ascii_case("text"),
                "odata.maxpagesize" => prefer.page = value.parse().ok(),
                "idtype" => {}
                _ => continue,
            }
            prefer.applied.push(preference.trim().to_owned());
        }
        Ok(prefer)
    }

    /// `Preference-Applied`.
    pub(super) fn applied(&self) -> Option<HeaderValue> {
        let text = self.applied.join(", ");
        (!text.is_empty())
            .then(|| HeaderValue::from_str(&text).ok())
            .flatten()
    }
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn preferences_of_real_clients() {
        let mut headers = HeaderMap::new();
        let lines = [
            "outlook.timezone=\"W. Europe Standard Time\"",
            "IdType=\"ImmutableId\", odata.maxpagesize=7, respond-async",
        ];
        for line in lines {
            headers.append("prefer", HeaderValue::from_static(line));
        }
        let prefer = Prefer::of(&headers).unwrap();
        assert_eq!(prefer.zone.name(), "Europe/Berlin");
        assert_eq!(prefer.zone_name, "W. Europe Standard Time");
        assert_eq!(prefer.page, Some(7));
        let applied = prefer.applied().unwrap();
        assert!(!applied.to_str().unwrap().contains("respond-async"));
        headers.insert(
            "prefer",
            HeaderValue::from_static("outlook.timezone=\"Middle Earth\""),
        );
        assert!(Prefer::of(&headers).is_err());
    }
}
