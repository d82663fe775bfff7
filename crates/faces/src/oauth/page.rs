//! The small pages that people see: may this program in, what went wrong, and the one by which an answer is posted, which has
//! the only script. Everything is escaped.

use std::fmt::Write as _;

use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:12vh auto;padding:0 1rem;\
color:#1b1f24;background:#fff}h1{font-size:1.3rem}label{display:block;margin:.6rem 0}input{display:block;width:100%;\
box-sizing:border-box;font:inherit;padding:.4rem}button{font:inherit;padding:.4rem 1rem;margin:.8rem .6rem 0 0}\
.bad{color:#a40e26}small{color:#57606a}@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}\
small{color:#8d96a0}.bad{color:#ff7b72}}";

/// The one script that runs on these pages. Their policy names its hash.
const SUBMIT: &str = "document.forms[0].submit()";

/// What the page of consent shows.
pub(super) struct Consent<'a> {
    /// Where the form goes: the query of this page's own address.
    pub action: &'a str,
    /// What ties the form to this browser.
    pub proof: &'a str,
    /// The program's name.
    pub client: &'a str,
    /// Whom the answer goes to.
    pub receiver: &'a str,
    /// What it asks for, in plain words.
    pub plainly: Option<&'a str>,
    /// What it asks for.
    pub scopes: &'a [String],
    /// Who is signed in; else e-mail and password are asked for.
    pub signed_in: Option<&'a str>,
    /// The address to suggest.
    pub hint: &'a str,
    /// What was wrong with the last try.
    pub wrong: Option<&'a str>,
}

impl Consent<'_> {
    /// The page.
    pub fn html(&self) -> String {
        let mut body = format!(
            "<h1>{} wants to use your calendars</h1>",
            escape(self.client)
        );
        if let Some(wrong) = self.wrong {
            let _ = write!(body, "<p class=bad role=alert>{}</p>", escape(wrong));
        }
        let _ = write!(
            body,
            "<form method=post action=\"{}\">",
            escape(self.action)
        );
        let _ = write!(
            body,
            "<input type=hidden name=proof value=\"{}\">",
            escape(self.proof)
        );
        match self.signed_in {
            Some(email) => {
                let _ = write!(body, "<p>Signed in as <b>{}</b></p>", escape(email));
            }
            None => body.push_str(&self.fields()),
        }
        body.push_str("<p>It may:</p><ul>");
        if let Some(plainly) = self.plainly {
            let _ = write!(body, "<li>{}</li>", escape(plainly));
        }
        for scope in self.scopes {
            let _ = write!(body, "<li><small>{}</small></li>", escape(scope));
        }
        let _ = write!(
            body,
            "</ul><p><small>The answer goes to {}.</small></p>",
            escape(self.receiver)
        );
        body.push_str("<button name=decision value=allow>Allow</button>");
        body.push_str("<button name=decision value=deny formnovalidate>Deny</button></form>");
        document("Sign in", &body)
    }

    fn fields(&self) -> String {
        let hint = escape(self.hint);
        format!(
            "<label>E-mail<input name=email type=email autocomplete=username required value=\"{hint}\"></label>\
             <label>Password<input name=password type=password autocomplete=current-password required></label>"
        )
    }
}

/// The page for a request that cannot be answered to its sender.
pub(super) fn trouble(error: &str, text: &str) -> String {
    let body = format!(
        "<h1>This request cannot be answered</h1><p class=bad>{}</p><p><small>{}</small></p>",
        escape(text),
        escape(error)
    );
    document("Error", &body)
}

/// The page by which a browser posts an answer: at once, or when somebody presses the button.
pub(super) fn posting(address: &str, pairs: &[(String, String)]) -> String {
    let mut body = format!("<form method=post action=\"{}\">", escape(address));
    for (name, value) in pairs {
        let (name, value) = (escape(name), escape(value));
        let _ = write!(
            body,
            "<input type=hidden name=\"{name}\" value=\"{value}\">"
        );
    }
    let _ = write!(
        body,
        "<button>Continue</button></form><script>{SUBMIT}</script>"
    );
    document("Signed in", &body)
}

/// A page as an answer. It is not kept, not framed, and its address (which has the request's state) is told to nobody.
pub(super) fn respond(status: StatusCode, html: String) -> Response {
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-ePniVEkSivX/c7XWBGafqh8tSpiRrKiqYeqbG7N1TOE='; frame-ancestors 'none'; base-uri 'none'",
        ),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, Html(html)).into_response()
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>{title}</title><style>{STYLE}</style><body>{body}</body></html>"
    )
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::digest;
    use base64::{Engine, prelude::BASE64_STANDARD};

    use super::*;

    #[test]
    fn nothing_that_comes_from_outside_is_markup() {
        let evil = "\"><script>'&";
        let page = Consent {
            action: evil,
            proof: evil,
            client: evil,
            receiver: evil,
            plainly: Some(evil),
            scopes: &[evil.to_owned()],
            signed_in: None,
            hint: evil,
            wrong: Some(evil),
        };
        for html in [
            page.html(),
            Consent {
                signed_in: Some(evil),
                ..page
            }
            .html(),
            trouble(evil, evil),
            posting(evil, &[(evil.to_owned(), evil.to_owned())]),
        ] {
            assert!(!html.contains("<script>'"), "{html}");
            assert!(html.contains("&quot;&gt;&lt;script&gt;&#39;&amp;"));
        }
    }

    #[test]
    fn the_policy_names_the_one_script() {
        let hash = digest::digest(&digest::SHA256, SUBMIT.as_bytes());
        let hash = BASE64_STANDARD.encode(hash);
        let response = respond(StatusCode::OK, String::new());
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str();
        assert!(policy.is_ok_and(|policy| policy.contains(&format!("'sha256-{hash}'"))));
    }
}
