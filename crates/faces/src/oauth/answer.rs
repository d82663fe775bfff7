//! How a program gets its answer: in the query of its address, behind `#`, or as a form that the browser posts
//! (OAuth 2.0 Multiple Response Type Encoding Practices 2.1, OAuth 2.0 Form Post Response Mode 2).

use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use url::{Url, form_urlencoded};

use super::page;

/// `response_mode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mode {
    /// `query`.
    #[default]
    Query,
    /// `fragment`.
    Fragment,
    /// `form_post`.
    FormPost,
}

impl Mode {
    /// By its name; without one it is the query.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "" | "query" => Some(Self::Query),
            "fragment" => Some(Self::Fragment),
            "form_post" => Some(Self::FormPost),
            _ => None,
        }
    }
}

/// An answer on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// Where it goes, as the program said it.
    pub redirect_uri: String,
    pub mode: Mode,
    pub pairs: Vec<(String, String)>,
}

impl Answer {
    /// Where the browser goes with it, unless it posts a form. The address's own query stays (RFC 6749 3.1.2).
    pub(super) fn address(&self) -> String {
        let Ok(mut url) = Url::parse(&self.redirect_uri) else {
            return self.redirect_uri.clone();
        };
        match self.mode {
            Mode::Query => {
                url.query_pairs_mut().extend_pairs(&self.pairs);
            }
            Mode::Fragment => {
                let mut text = form_urlencoded::Serializer::new(String::new());
                url.set_fragment(Some(&text.extend_pairs(&self.pairs).finish()));
            }
            Mode::FormPost => {}
        }
        url.into()
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        match self.mode {
            Mode::FormPost => {
                let html = page::posting(&self.address(), &self.pairs);
                page::respond(StatusCode::OK, html)
            }
            Mode::Query | Mode::Fragment => Redirect::to(&self.address()).into_response(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_keep_the_query_of_the_redirect_uri() {
        let answer = |mode| Answer {
            redirect_uri: "https://a.example/back?x=1".to_owned(),
            mode,
            pairs: vec![
                ("code".to_owned(), "c&d".to_owned()),
                ("state".to_owned(), "s t".to_owned()),
            ],
        };
        for (mode, address) in [
            (
                Mode::Query,
                "https://a.example/back?x=1&code=c%26d&state=s+t",
            ),
            (
                Mode::Fragment,
                "https://a.example/back?x=1#code=c%26d&state=s+t",
            ),
            (Mode::FormPost, "https://a.example/back?x=1"),
        ] {
            assert_eq!(answer(mode).address(), address);
        }
    }
}
