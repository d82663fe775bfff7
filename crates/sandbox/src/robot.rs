//! Signs in at a stand-in's pages as a person would, with a form and a cookie. For the demo and for tests.

use network::{Network, Request, Url};

use crate::{Error, Result};

/// Opens an authorization URL, signs in, allows, and says where the browser is sent (with `code` and `state`, or
/// `error`). What it would post there is said as a query.
///
/// # Errors
/// [`Error::Answer`] if the page is not what a stand-in shows: a wrong password, an unknown client.
pub async fn consent(
    network: &Network,
    authorize_url: &str,
    email: &str,
    password: &str,
) -> Result<String> {
    let odd = |status| Error::Answer {
        what: "signing in at a stand-in".to_owned(),
        status,
    };
    let page = network.send(Request::get(authorize_url)).await?;
    if page.status != 200 {
        return Err(odd(page.status));
    }
    let html = page.text()?;
    let cookie = page
        .header("set-cookie")
        .and_then(|line| line.split(';').next())
        .ok_or_else(|| odd(page.status))?;
    let action = between(html, "action=\"", "\"").ok_or_else(|| odd(page.status))?;
    let proof = between(html, "name=proof value=\"", "\"").ok_or_else(|| odd(page.status))?;
    let target = page
        .url
        .join(&unescape(action))
        .map_err(|_| odd(page.status))?;
    let form = [
        ("proof", proof),
        ("email", email),
        ("password", password),
        ("decision", "allow"),
    ];
    let answer = network
        .send(
            Request::post(&target)
                .secret_header("cookie", cookie)
                .form(form),
        )
        .await?;
    let location = match answer.status {
        303 => answer.header("location").map(str::to_owned),
        200 => posted(answer.text()?),
        _ => None,
    };
    location.ok_or_else(|| odd(answer.status))
}

/// Where a page posts its form at once, with the form's fields as a query.
pub fn posted(html: &str) -> Option<String> {
    let (_, form) = html.split_once("<form method=post action=\"")?;
    let (address, fields) = form.split_once('"')?;
    let mut url = Url::parse(&unescape(address)).ok()?;
    for field in fields.split("<input type=hidden name=\"").skip(1) {
        let (name, rest) = field.split_once("\" value=\"")?;
        let (value, _) = rest.split_once('"')?;
        url.query_pairs_mut()
            .append_pair(&unescape(name), &unescape(value));
    }
    Some(url.into())
}

/// A parameter of the address that a browser was sent to.
pub fn parameter(location: &str, name: &str) -> Option<String> {
    let url = Url::parse(location).ok()?;
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after)?.0)
}

fn unescape(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}
