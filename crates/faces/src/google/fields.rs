//! `fields`: answers with only the properties that a client names
//! (<https://developers.google.com/workspace/calendar/api/guides/performance#partial>).
//!
//! `items(id,start/dateTime),nextPageToken`: names with commas between them, `a/b` for `b` within `a`, `a(b,c)` for several of
//! them, `*` for everything at a place. Of a list, each item is cut so.

use std::{collections::BTreeMap, iter::Peekable, str::Chars};

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value};

use super::{BODY_MAX, Fault, names, query::Query};

/// Longest selection, in characters.
const LENGTH_MAX: usize = 4_096;
/// How deep a selection may go.
const DEPTH_MAX: usize = 16;

/// What of a value is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Selection(BTreeMap<String, Selection>);

/// Cuts what the API answers to what its caller wants of it.
pub(super) async fn select(query: Query, request: Request, next: Next) -> Response {
    let Some(text) = query.get("fields") else {
        return next.run(request).await;
    };
    let refuse = |what: &str| {
        let message = format!("Invalid field selection {what}");
        let fault = Fault::new(400, "invalidParameter", message);
        fault.at("parameter", "fields").into_response()
    };
    let Some(selection) = Selection::of(text) else {
        return refuse(text);
    };
    if let Some(name) = selection.unknown() {
        return refuse(name);
    }
    let response = next.run(request).await;
    if !response.status().is_success() || !is_json(&response) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(whole) = to_bytes(body, BODY_MAX * 16).await else {
        return Fault::new(500, "backendError", "Backend Error").into_response();
    };
    let Ok(value) = serde_json::from_slice(&whole) else {
        return Response::from_parts(parts, Body::from(whole));
    };
    let text = selection.cut(value).to_string();
    parts
        .headers
        .insert(header::CONTENT_LENGTH, HeaderValue::from(text.len()));
    Response::from_parts(parts, Body::from(text))
}

fn is_json(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/json"))
}

impl Selection {
    fn of(text: &str) -> Option<Self> {
        if text.chars().count() > LENGTH_MAX {
            return None;
        }
        let mut chars = text.chars().peekable();
        let selection = list(&mut chars, 0)?;
        chars.next().is_none().then_some(selection)
    }

    /// A name in it that no resource has.
    fn unknown(&self) -> Option<&str> {
        self.0.iter().find_map(|(name, below)| {
            if !names::is_field(name) {
                return Some(name.as_str());
            }
            // What is below those is made up by clients.
            (!names::FREE.contains(&name.as_str()))
                .then(|| below.unknown())
                .flatten()
        })
    }

    fn cut(&self, value: Value) -> Value {
        // A leaf takes everything below it.
        if self.0.is_empty() {
            return value;
        }
        match value {
            Value::Object(fields) => {
                let kept = fields.into_iter().filter_map(|(name, value)| {
                    let wanted = self.0.get(&name).or_else(|| self.0.get("*"))?;
                    Some((name, wanted.cut(value)))
                });
                Value::Object(kept.collect::<Map<_, _>>())
            }
            Value::Array(items) => {
                Value::Array(items.into_iter().map(|item| self.cut(item)).collect())
            }
            other => other,
        }
    }

    /// Both selections; who wants all of something gets all of it.
    fn join(&mut self, name: String, below: Self) {
        match self.0.get_mut(&name) {
            Some(there) if !there.0.is_empty() && !below.0.is_empty() => {
                for (name, below) in below.0 {
                    there.join(name, below);
                }
            }
            Some(there) => there.0.clear(),
            None => {
                self.0.insert(name, below);
            }
        }
    }
}

/// `a,b/c,d(e,f)`, up to the end or a closing bracket.
fn list(chars: &mut Peekable<Chars<'_>>, depth: usize) -> Option<Selection> {
    let mut all = Selection::default();
    loop {
        let (name, below) = item(chars, depth)?;
        all.join(name, below);
        if chars.peek() != Some(&',') {
            return Some(all);
        }
        chars.next();
    }
}

/// One name with what is wanted below it.
fn item(chars: &mut Peekable<Chars<'_>>, depth: usize) -> Option<(String, Selection)> {
    if depth > DEPTH_MAX {
        return None;
    }
    let mut name = String::new();
    while let Some(next) = chars.next_if(|c| c.is_ascii_alphanumeric() || "*_-.:@".contains(*c)) {
        name.push(next);
    }
    if name.is_empty() {
        return None;
    }
    let below = match chars.peek() {
        Some('/') => {
            chars.next();
            let (name, below) = item(chars, depth + 1)?;
            Selection([(name, below)].into())
        }
        Some('(') => {
            chars.next();
            let below = list(chars, depth + 1)?;
            (chars.next() == Some(')')).then_some(below)?
        }
        _ => Selection::default(),
    };
    Some((name, below))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    fn cut(fields: &str) -> Value {
        let value = json!({
            "kind": "calendar#events",
            "nextPageToken": "t",
            "items": [
                {"id": "a", "start": {"dateTime": "d", "timeZone": "z"}, "end": {"date": "e"}},
                {"id": "b", "start": {"date": "d"}},
            ],
        });
        Selection::of(fields).unwrap().cut(value)
    }

    #[test]
    fn what_is_named_stays_and_nothing_else() {
        assert_eq!(cut("kind"), json!({"kind": "calendar#events"}));
        assert_eq!(
            cut("items/id,nextPageToken"),
            json!({"items": [{"id": "a"}, {"id": "b"}], "nextPageToken": "t"})
        );
        assert_eq!(
            cut("items(id,start/dateTime)"),
            json!({"items": [{"id": "a", "start": {"dateTime": "d"}}, {"id": "b", "start": {}}]})
        );
        assert_eq!(
            cut("items/*/date"),
            json!({"items": [{"id": "a", "start": {}, "end": {"date": "e"}}, {"id": "b", "start": {"date": "d"}}]})
        );
        assert_eq!(cut("*"), cut("kind,nextPageToken,items"));
        assert_eq!(cut("items/id,items/end"), cut("items(id,end)"));
        assert_eq!(cut("items,items/id"), cut("items"));
        assert_eq!(cut("hidden"), json!({}));
    }

    #[test]
    fn a_name_of_nothing_is_found() {
        let unknown = |text: &str| Selection::of(text).unwrap().unknown().map(str::to_owned);
        assert_eq!(unknown("items(id,nonsense)").as_deref(), Some("nonsense"));
        assert_eq!(
            unknown("items/extendedProperties/private/of-mine,kind"),
            None
        );
        assert_eq!(unknown("calendars/a@b.example/busy,*"), None);
    }

    #[test]
    fn what_is_no_selection_is_none() {
        let deep = "a/".repeat(40) + "a";
        let long = "a,".repeat(3_000) + "a";
        for text in [
            "", ",", "a,", "a(", "a()", "a(b", "a)b", "a//b", "a b", &deep, &long,
        ] {
            assert_eq!(Selection::of(text), None, "{text}");
        }
    }
}
