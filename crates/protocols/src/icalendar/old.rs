//! vCalendar 1.0, the form before iCalendar: rewritten as iCalendar, as far as the two differ in what events need.
//!
//! Texts are quoted-printable there, lists have semicolons, and rules are written in another language
//! (`W2 TU TH #10`: every second week, ten times).

use std::{borrow::Cow, fmt::Write as _};

use calendar::{Rule, rule::weekday};

use super::{
    component::{Component, Property},
    text::escape,
};

/// Whether a calendar says that it is vCalendar 1.0.
pub fn is_old(calendar: &Component) -> bool {
    calendar.is("VCALENDAR") && calendar.properties.iter().any(is_version)
}

/// Makes a calendar say that it is iCalendar, wherever [`rewritten`] did not see that it says something else.
pub fn renew(calendar: &mut Component) {
    if calendar.is("VCALENDAR") {
        let versions = calendar.properties.iter_mut().filter(|p| is_version(p));
        versions.for_each(|version| version.value = "2.0".into());
    }
}

fn is_version(property: &Property) -> bool {
    property.is("VERSION") && property.value.trim() == "1.0"
}

/// The text as iCalendar. What is not understood stays as it is.
pub fn rewritten(bytes: &[u8]) -> Vec<u8> {
    let mut out = String::with_capacity(bytes.len());
    let mut lines = bytes.split(|b| *b == b'\n').map(decoded);
    while let Some(line) = lines.next() {
        let mut line = line.into_owned();
        if is_quoted(&line) {
            // A line that ends with `=` goes on in the next one.
            while line.ends_with('=') {
                line.pop();
                match lines.next() {
                    Some(next) => line.push_str(&next),
                    None => break,
                }
            }
        }
        out.push_str(&converted(&line));
        out.push_str("\r\n");
    }
    out.into_bytes()
}

/// A line without its end.
fn decoded(line: &[u8]) -> Cow<'_, str> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match std::str::from_utf8(line) {
        Ok(text) => text.into(),
        Err(_) => line.iter().map(|b| char::from(*b)).collect(),
    }
}

fn is_quoted(line: &str) -> bool {
    let head = line.split(':').next().unwrap_or("");
    let mut parameters = head.split(';').skip(1);
    parameters.any(|p| names(p, "QUOTED-PRINTABLE"))
}

/// Whether a parameter has this value, with its name or without.
fn names(parameter: &str, value: &str) -> bool {
    let given = parameter.rsplit('=').next().unwrap_or("");
    given.trim().eq_ignore_ascii_case(value)
}

fn converted(line: &str) -> Cow<'_, str> {
    let Some((head, value)) = line.split_once(':') else {
        return line.into();
    };
    let name = head.split(';').next().unwrap_or("").to_ascii_uppercase();
    let value = match name.as_str() {
        "VERSION" if value.trim() == "1.0" => "2.0".into(),
        "RRULE" | "EXRULE" => rule(value).map_or(value.into(), Cow::Owned),
        "EXDATE" | "RDATE" => value.replace(';', ",").into(),
        "TRANSP" if value.trim() == "0" => "OPAQUE".into(),
        "TRANSP" if value.trim().bytes().all(|b| b.is_ascii_digit()) => "TRANSPARENT".into(),
        _ if is_quoted(line) => {
            let text = unquoted(value).replace("\r\n", "\n");
            let lists = matches!(name.as_str(), "CATEGORIES" | "RESOURCES");
            let parts = text.split(|c| lists && c == ';').map(escape);
            parts.collect::<Vec<_>>().join(",").into()
        }
        _ => return line.into(),
    };
    let mut parameters = head.split(';').skip(1);
    let kept = parameters.by_ref().filter(|p| {
        let charset = p.len() >= 8 && p.as_bytes()[..8].eq_ignore_ascii_case(b"CHARSET=");
        !charset && !names(p, "QUOTED-PRINTABLE")
    });
    let head = kept.fold(name, |head, parameter| head + ";" + parameter);
    format!("{head}:{value}").into()
}

/// Quoted-printable (RFC 2045 6.7), UTF-8 or ISO 8859-1.
fn unquoted(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = |b: u8| char::from(b).to_digit(16);
        let pair = (*first == b'=' && after.len() >= 2).then(|| (hex(after[0]), hex(after[1])));
        if let Some((Some(high), Some(low))) = pair {
            bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes)
        .unwrap_or_else(|error| error.as_bytes().iter().map(|b| char::from(*b)).collect())
}

/// A rule of vCalendar 1.0 (its section 2.1.9) as RRULE. `None`: it is none, or says times of the day.
fn rule(text: &str) -> Option<String> {
    let mut words = text.split_ascii_whitespace().peekable();
    let first = words.next()?.to_ascii_uppercase();
    let (kind, interval) = first.split_at(first.find(|c: char| c.is_ascii_digit())?);
    let mut days = Vec::new();
    let mut ordinals: Vec<String> = Vec::new();
    let (mut counting, mut end) = (false, ";COUNT=2".to_owned());
    for word in words {
        let word = word.trim_end_matches('$').to_ascii_uppercase();
        if let Some(count) = word.strip_prefix('#') {
            let count: u32 = count.parse().ok()?;
            end = match count {
                0 => String::new(),
                count => format!(";COUNT={count}"),
            };
        } else if word.len() >= 8 {
            end = format!(";UNTIL={word}");
        } else if weekday::parse(&word).is_some() && kind == "MP" {
            days.extend(ordinals.iter().map(|nth| format!("{nth}{word}")));
            counting = false;
        } else if kind == "MP" {
            if !counting {
                ordinals.clear();
            }
            counting = true;
            ordinals.push(signed(&word)?);
        } else if kind == "MD" {
            days.push(if word == "LD" {
                "-1".to_owned()
            } else {
                signed(&word)?
            });
        } else {
            days.push(word);
        }
    }
    let (frequency, part) = match kind {
        "D" if days.is_empty() => ("DAILY", ""),
        "W" => ("WEEKLY", "BYDAY"),
        "MP" => ("MONTHLY", "BYDAY"),
        "MD" => ("MONTHLY", "BYMONTHDAY"),
        "YM" => ("YEARLY", "BYMONTH"),
        "YD" => ("YEARLY", "BYYEARDAY"),
        _ => return None,
    };
    let mut rule = format!("FREQ={frequency};INTERVAL={interval}{end}");
    if !days.is_empty() {
        write!(rule, ";{part}={}", days.join(",")).ok()?;
    }
    rule.parse::<Rule>().is_ok().then_some(rule)
}

/// `2+` and `2` are the second, `1-` is the last.
fn signed(word: &str) -> Option<String> {
    let (number, sign) = match word.strip_suffix('-') {
        Some(number) => (number, "-"),
        None => (word.strip_suffix('+').unwrap_or(word), ""),
    };
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| format!("{sign}{number}"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn rules_are_said_in_the_new_language() {
        for (old, new) in [
            ("D1 #10", "FREQ=DAILY;INTERVAL=1;COUNT=10"),
            ("D2", "FREQ=DAILY;INTERVAL=2;COUNT=2"),
            ("W2 TU TH #0", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH"),
            (
                "W1 MO 19971224T000000Z",
                "FREQ=WEEKLY;INTERVAL=1;UNTIL=19971224T000000Z;BYDAY=MO",
            ),
            (
                "MP6 1+ MO 2+ 1- TH #5",
                "FREQ=MONTHLY;INTERVAL=6;COUNT=5;BYDAY=1MO,2TH,-1TH",
            ),
            (
                "MD1 7 2- LD #3",
                "FREQ=MONTHLY;INTERVAL=1;COUNT=3;BYMONTHDAY=7,-2,-1",
            ),
            ("YM1 6 7 #8", "FREQ=YEARLY;INTERVAL=1;COUNT=8;BYMONTH=6,7"),
            (
                "yd3 1 100 #4",
                "FREQ=YEARLY;INTERVAL=3;COUNT=4;BYYEARDAY=1,100",
            ),
        ] {
            assert_eq!(rule(old).as_deref(), Some(new), "{old}");
        }
        for wrong in [
            "",
            "D",
            "FREQ=DAILY",
            "D1 0600 #2",
            "W1 XX",
            "MP1 MO2",
            "Q1 #2",
            "D0",
        ] {
            assert_eq!(rule(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn quoted_texts_go_on_and_become_plain() {
        let old = "DESCRIPTION;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Z=C3=BCrich;=\r\n =0D=0Ab, c=\r\n\r\nX;QUOTED-PRINTABLE:a=ZZ=";
        let new = String::from_utf8(rewritten(old.as_bytes())).unwrap();
        assert_eq!(new, "DESCRIPTION:Zürich\\; \\nb\\, c\r\nX:a=ZZ\r\n");
    }
}
