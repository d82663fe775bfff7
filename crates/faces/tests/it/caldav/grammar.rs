//! Every answer of the face against the RFCs: elements are as declared, texts are of their form, and what was asked is
//! answered.

use std::collections::BTreeSet;

use axum::http::Method;
use jiff::fmt::rfc2822;
use protocols::caldav::{Element, Name, name};

use super::{dtd::Declarations, text};
use crate::checked::Exchange;

/// The reports that are declared anywhere.
const REPORTS: [Name; 9] = [
    name::ACL_PRINCIPAL_PROP_SET,
    name::CALENDAR_MULTIGET,
    name::CALENDAR_QUERY,
    name::EXPAND_PROPERTY,
    name::FREE_BUSY_QUERY,
    name::PRINCIPAL_MATCH,
    name::PRINCIPAL_PROPERTY_SEARCH,
    name::PRINCIPAL_SEARCH_PROPERTY_SET,
    name::SYNC_COLLECTION,
];

/// What is wrong with an answer.
pub fn check(exchange: &Exchange) -> Vec<String> {
    let mut faults = Faults::default();
    faults.headers(exchange);
    let kind = exchange.told("content-type");
    if kind.starts_with("text/calendar") {
        faults
            .0
            .extend(text::calendar(&String::from_utf8_lossy(&exchange.answer)));
        if exchange.uri.path().contains("/inbox/") {
            // What is in an inbox is a message (RFC 6638 2.2).
            faults.0.retain(|fault| !fault.ends_with("no METHOD"));
        }
    } else if exchange.status == 207 || kind.contains("xml") {
        faults.expect(
            kind.starts_with("application/xml"),
            "RFC 4918 8.2: XML says so",
        );
        match Element::parse(&exchange.answer) {
            Ok(root) => faults.xml(exchange, &root),
            Err(error) => faults.0.push(error.to_string()),
        }
    }
    faults.0
}

#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn expect(&mut self, holds: bool, rule: impl Into<String>) {
        if !holds {
            self.0.push(rule.into());
        }
    }

    fn headers(&mut self, exchange: &Exchange) {
        let is = |method: &str| exchange.method.as_str() == method;
        let (status, told) = (exchange.status, |name| exchange.told(name));
        if status == 401 {
            let basic = told("www-authenticate").starts_with("Basic ");
            self.expect(basic, "RFC 9110 11.6.1: a challenge");
        }
        if exchange.uri.path().starts_with("/caldav/") && is("OPTIONS") && status == 200 {
            let classes: Vec<&str> = told("dav").split(", ").collect();
            let both = classes.contains(&"1") && classes.contains(&"calendar-access");
            self.expect(both, "RFC 4791 5.1: DAV: calendar-access");
        }
        if is("MKCALENDAR") && status == 201 {
            let fresh = told("cache-control") == "no-cache";
            self.expect(fresh, "RFC 4791 5.3.1: Cache-Control: no-cache");
        }
        if exchange.method == Method::GET && told("content-type").starts_with("text/calendar") {
            self.etag(told("etag"));
            self.date(told("last-modified"));
        }
        if is("OPTIONS") && status == 200 {
            for method in [
                "PROPFIND",
                "PROPPATCH",
                "REPORT",
                "MKCALENDAR",
                "PUT",
                "DELETE",
            ] {
                self.expect(told("allow").contains(method), format!("Allow: {method}"));
            }
        }
        let empty = exchange.answer.is_empty();
        self.expect(
            empty || !matches!(status, 204 | 304),
            "RFC 9110 15: no body",
        );
    }

    fn xml(&mut self, exchange: &Exchange, root: &Element) {
        self.0.extend(Declarations::get().faults(root));
        let question = Element::parse(&exchange.question).ok();
        if exchange.status == 207 {
            self.expect(root.name == name::MULTISTATUS, "RFC 4918 13: a multistatus");
            self.multistatus(exchange, root, question.as_ref());
        } else if root.name == name::PRINCIPAL_SEARCH_PROPERTY_SET {
            self.expect(exchange.status == 200, "RFC 3744 9.5: 200");
        } else if root.name == name::SCHEDULE_RESPONSE {
            self.expect(exchange.status == 200, "RFC 6638 5: 200");
        } else if root.name == name::MKCOL_RESPONSE {
            let refused = exchange.method.as_str() == "MKCOL" && exchange.status >= 400;
            self.expect(refused, "RFC 5689 3: where a MKCOL made nothing");
        } else {
            self.expect(exchange.status >= 400, "XML that is no refusal");
            self.expect(root.name == name::ERROR, "RFC 4918 16: an error");
            let published =
                |code: &&Element| [name::DAV, name::CALDAV].contains(&&*code.name.namespace);
            let named = root.children.iter().any(|code| published(&code));
            self.expect(named, "RFC 4918 14.5: a code, or no error element");
            for code in &root.children {
                self.0.extend(Declarations::get().code_faults(code));
            }
        }
    }

    fn multistatus(&mut self, exchange: &Exchange, root: &Element, question: Option<&Element>) {
        let asks = |name: Name| question.is_some_and(|q| q.name == name);
        let token = root.child(&name::SYNC_TOKEN);
        let rule = "RFC 6578 6.4: a sync token after a sync-collection, and only there";
        self.expect(token.is_some() == asks(name::SYNC_COLLECTION), rule);
        if let Some(token) = token {
            self.expect(is_uri(token.trimmed()), "RFC 6578 6.2: a token is a URI");
        }
        let mut hrefs = BTreeSet::new();
        for response in root.all(name::RESPONSE) {
            for href in response.all(name::HREF) {
                self.href(href.trimmed());
                let new = hrefs.insert(href.trimmed());
                self.expect(new, "RFC 4918 14.24: a response for each href");
            }
            self.response(exchange, response, question);
        }
        if exchange.method.as_str() == "PROPFIND" && exchange.asked("depth") == "0" {
            self.expect(hrefs.len() == 1, "RFC 4918 9.1: Depth 0 is one resource");
        }
        if asks(name::CALENDAR_MULTIGET) {
            let asked = question.into_iter().flat_map(|q| q.all(name::HREF));
            let asked: BTreeSet<&str> = asked.map(Element::trimmed).collect();
            self.expect(hrefs == asked, "RFC 4791 7.9: a response for each href");
        }
    }

    fn response(&mut self, exchange: &Exchange, response: &Element, question: Option<&Element>) {
        let href = response.child(&name::HREF).map(Element::trimmed);
        let href = href.unwrap_or_default();
        for status in response.all(name::STATUS) {
            self.status(status.trimmed());
        }
        let (mut statuses, mut answered) = (BTreeSet::new(), Vec::new());
        for stat in response.all(name::PROPSTAT) {
            let status = stat.child(&name::STATUS).map(Element::trimmed);
            let status = status.unwrap_or_default();
            self.status(status);
            self.expect(
                statuses.insert(status),
                "RFC 4918 9.1.2: one propstat a status",
            );
            let only_names = question.is_some_and(|q| q.child(&name::PROPNAME).is_some());
            let valued = status.contains(" 200 ") && !only_names && is_read(exchange);
            for prop in stat
                .child(&name::PROP)
                .into_iter()
                .flat_map(|p| &p.children)
            {
                answered.push(prop.name.clone());
                if valued {
                    self.0.extend(Declarations::get().faults(prop));
                    self.value(href, prop);
                } else {
                    self.expect(prop.is_empty(), format!("{}: only a name", prop.name));
                }
            }
        }
        let asked = question.filter(|_| is_read(exchange));
        // What python-caldav searches people for stands beside an empty prop.
        let asked = asked.and_then(|q| match q.child(&name::PROP)? {
            prop if prop.is_empty() && q.name == name::PRINCIPAL_PROPERTY_SEARCH => Some(q),
            prop => Some(prop),
        });
        let Some(asked) = asked.filter(|_| !answered.is_empty()) else {
            return;
        };
        let brief = exchange.asked("brief") == "t" || exchange.asked("prefer").contains("minimal");
        let mut asked: Vec<&Name> = asked.children.iter().map(|p| &p.name).collect();
        asked.retain(|name| ![name::PROP, name::PROPERTY_SEARCH].contains(name));
        if brief {
            asked.retain(|name| answered.contains(name));
        }
        let mut answered: Vec<&Name> = answered.iter().collect();
        asked.sort();
        answered.sort();
        let rule = format!("RFC 4918 9.1: asked for {asked:?}, answered {answered:?}");
        self.expect(asked == answered, rule);
    }

    /// The value of a property that was found.
    fn value(&mut self, href: &str, prop: &Element) {
        let (is, own) = (|name: Name| prop.name == name, prop.trimmed());
        for inner in prop.all(name::HREF) {
            self.href(inner.trimmed());
        }
        if is(name::RESOURCETYPE) && prop.child(&name::COLLECTION).is_some() {
            self.expect(
                href.ends_with('/'),
                "RFC 4918 5.2: collections end in a slash",
            );
        } else if is(name::GETETAG) {
            self.etag(own);
        } else if is(name::CREATIONDATE) {
            self.expect(
                own.parse::<jiff::Timestamp>().is_ok(),
                "RFC 4918 15.1: a time",
            );
        } else if is(name::GETLASTMODIFIED) {
            self.date(own);
        } else if is(name::GETCONTENTLENGTH) || is(name::MAX_RESOURCE_SIZE) {
            self.expect(
                own.parse::<u64>().is_ok(),
                format!("{}: a number", prop.name),
            );
        } else if is(name::SYNC_TOKEN) {
            self.expect(is_uri(own), "RFC 6578 4: a token is a URI");
        } else if is(name::CALENDAR_DATA) {
            self.0.extend(text::calendar(&prop.text));
        } else if is(name::CALENDAR_TIMEZONE) {
            self.0.extend(text::zone(&prop.text));
        } else if is(name::CALENDAR_COLOR) {
            let hex = own.strip_prefix('#').unwrap_or_default();
            let fine = hex.len() == 8 && hex.bytes().all(|b| b.is_ascii_hexdigit());
            self.expect(fine, "calendar-color: #RRGGBBAA");
        } else if is(name::SUPPORTED_REPORT_SET) {
            let reports = prop.children.iter().flat_map(|s| &s.children);
            for report in reports.flat_map(|r| &r.children) {
                let fine = REPORTS.contains(&report.name) && report.is_empty();
                self.expect(fine, format!("{} is no report", report.name));
            }
        } else if is(name::SUPPORTED_CALENDAR_COMPONENT_SET) {
            let named = prop.all(name::COMP).all(|comp| comp.get("name").is_some());
            self.expect(named, "RFC 4791 9.6.1: a comp has a name");
        }
    }

    fn status(&mut self, line: &str) {
        let mut parts = line.splitn(3, ' ');
        let http = parts.next() == Some("HTTP/1.1");
        let code = parts
            .next()
            .is_some_and(|c| c.len() == 3 && c.parse::<u16>().is_ok());
        self.expect(
            http && code && parts.next().is_some(),
            format!("no status line: {line}"),
        );
    }

    fn href(&mut self, href: &str) {
        let path = href.starts_with('/') || is_uri(href);
        let encoded = href
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b"<>\"\\^`{|}".contains(&b));
        self.expect(path && encoded, format!("RFC 4918 8.3: no address: {href}"));
    }

    fn etag(&mut self, tag: &str) {
        let strong = tag.len() > 2 && tag.starts_with('"') && tag.ends_with('"');
        self.expect(
            strong,
            format!("RFC 4791 5.3.4: no strong entity tag: {tag}"),
        );
    }

    fn date(&mut self, date: &str) {
        let gmt = date.ends_with(" GMT") && date.len() == 29;
        let read = rfc2822::DateTimeParser::new().parse_timestamp(date);
        self.expect(
            gmt && read.is_ok(),
            format!("RFC 9110 5.6.7: no date: {date}"),
        );
    }
}

/// Whether properties are asked for; a PROPPATCH answers with names.
fn is_read(exchange: &Exchange) -> bool {
    matches!(exchange.method.as_str(), "PROPFIND" | "REPORT")
}

/// RFC 3986 3, as far as one sees it.
fn is_uri(text: &str) -> bool {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        !scheme.is_empty()
            && scheme
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'+')
    })
}

#[test]
fn the_check_can_fail() {
    let find = "<d:propfind xmlns:d='DAV:'><d:prop><d:getetag/></d:prop></d:propfind>";
    let sync = "<d:sync-collection xmlns:d='DAV:'/>";
    let answer = |prop: &str, status: &str| {
        format!(
            "<d:multistatus xmlns:d='DAV:' xmlns:c='urn:ietf:params:xml:ns:caldav'><d:response><d:href>/a</d:href><d:propstat>\
             <d:prop>{prop}</d:prop><d:status>{status}</d:status></d:propstat></d:response></d:multistatus>"
        )
    };
    let with = |question: &str, status: u16, answer: &str| {
        let told = [
            ("content-type", "application/xml"),
            ("dav", "1, calendar-access"),
        ];
        let told = told.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        check(&Exchange {
            method: "PROPFIND".parse().unwrap(),
            uri: "/caldav/x".parse().unwrap(),
            asked: axum::http::HeaderMap::new(),
            question: question.to_owned().into(),
            status,
            told: told.into_iter().collect(),
            answer: answer.to_owned().into(),
        })
    };
    let (etag, ok) = ("<d:getetag>\"1\"</d:getetag>", "HTTP/1.1 200 OK");
    assert_eq!(with(find, 207, &answer(etag, ok)), Vec::<String>::new());
    let twice = answer(etag, ok).replace("</d:multistatus>", "")
        + "<d:response><d:href>/a</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response></d:multistatus>";
    let data = |lines: &str| {
        let data = format!(
            "<c:calendar-data>{}</c:calendar-data>",
            lines.replace('\n', "&#13;\n")
        );
        answer(&data, ok)
    };
    let vcalendar = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nDTSTAMP:20260101T000000Z\nDTSTART;TZID=Europe/Berlin:20260101T000000\nEND:VEVENT\nEND:VCALENDAR\n";
    for (question, status, answer, fault) in [
        (find, 207, answer(etag, "200"), "no status line"),
        (
            find,
            207,
            answer("<d:getetag>1</d:getetag>", ok),
            "no strong entity tag",
        ),
        (
            find,
            207,
            answer("<d:displayname>x</d:displayname>", ok),
            "asked for",
        ),
        (
            find,
            207,
            answer(etag, "HTTP/1.1 404 Not Found"),
            "only a name",
        ),
        (find, 207, answer("<d:etag/>", ok), "is not published"),
        (
            find,
            207,
            answer(etag, ok).replace("/a", "/a b"),
            "no address",
        ),
        (find, 207, twice, "a response for each href"),
        (sync, 207, answer(etag, ok), "a sync token after"),
        (
            find,
            207,
            data(&vcalendar.replace("DTSTAMP", "X-STAMP")),
            "VEVENT without DTSTAMP",
        ),
        (find, 207, data(vcalendar), "no VTIMEZONE Europe/Berlin"),
        (
            find,
            207,
            data(&vcalendar.replace("PRODID:x\n", "")),
            "no PRODID",
        ),
        (
            find,
            403,
            "<d:error xmlns:d='DAV:'/>".to_owned(),
            "a code, or no error",
        ),
        (
            find,
            403,
            "<d:error xmlns:d='DAV:'><d:stop/></d:error>".to_owned(),
            "{DAV:}stop",
        ),
        (find, 200, answer(etag, ok), "no refusal"),
    ] {
        let faults = with(question, status, &answer);
        assert!(
            faults.iter().any(|f| f.contains(fault)),
            "{fault}: {faults:#?}"
        );
    }
}
