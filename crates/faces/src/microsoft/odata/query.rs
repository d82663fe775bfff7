//! Query options.

use url::form_urlencoded;

use super::filter::Filter;
use crate::microsoft::fault::Fault;

/// Longest list of names in `$select` and the like.
const NAMES_MAX: usize = 200;
/// Properties that are no single value, and have no order.
const COMPLEX: [&str; 10] = [
    "attendees",
    "body",
    "categories",
    "end",
    "location",
    "locations",
    "organizer",
    "recurrence",
    "responseStatus",
    "start",
];

/// The options of a request. Names are read in any letter case, with or without an encoded `$`.
#[derive(Clone, Debug, Default)]
pub(in crate::microsoft) struct Query {
    /// All, decoded, as they came.
    pub(in crate::microsoft) all: Vec<(String, String)>,
    pub(in crate::microsoft) select: Option<Vec<String>>,
    pub(in crate::microsoft) expand: Vec<Expand>,
    pub(in crate::microsoft) filter: Option<Filter>,
    /// Path, and whether descending.
    pub(in crate::microsoft) order: Vec<(String, bool)>,
    pub(in crate::microsoft) top: Option<usize>,
    pub(in crate::microsoft) skip: usize,
    pub(in crate::microsoft) count: bool,
}

/// One entry of `$expand`.
#[derive(Clone, Debug)]
pub(in crate::microsoft) struct Expand {
    /// The navigation property.
    pub(in crate::microsoft) name: String,
    /// Its own `$filter`.
    pub(in crate::microsoft) filter: Option<Filter>,
}

impl Query {
    pub(in crate::microsoft) fn of(text: &str) -> Result<Self, Fault> {
        let all: Vec<(String, String)> = form_urlencoded::parse(text.as_bytes())
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let mut query = Self {
            all: all.clone(),
            ..Self::default()
        };
        for (name, value) in all {
            query.take(&name.to_ascii_lowercase(), &value)?;
        }
        Ok(query)
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), Fault> {
        let number = || {
            let bad = |_| Fault::option(format!("{name} is a number, 0 or more"));
            value.parse::<usize>().map_err(bad)
        };
        match name {
            "$select" => {
                let names = value.split(',').map(|n| n.trim().to_owned());
                self.select = Some(names.filter(|n| !n.is_empty()).take(NAMES_MAX).collect());
            }
            "$expand" => self.expand = expands(value)?,
            "$filter" => self.filter = Some(Filter::parse(value)?),
            "$orderby" => self.order = orders(value),
            "$top" => self.top = Some(number()?),
            "$skip" => self.skip = number()?,
            "$count" => self.count = value.eq_ignore_ascii_case("true"),
            "$search" => return Err(Fault::option("$search is not supported on events")),
            _ => {}
        }
        Ok(())
    }

    /// Refuses names that the type does not have.
    pub(in crate::microsoft) fn check(&self, kind: &str, known: &[&str]) -> Result<(), Fault> {
        let unknown = |name: &&str| {
            let root = name.split('/').next().unwrap_or_default();
            // A type may be named in front of its property.
            let root = root.strip_prefix("microsoft.graph.").unwrap_or(root);
            root != kind && root != "*" && !known.iter().any(|k| k.eq_ignore_ascii_case(root))
        };
        let selected = self.select.iter().flatten().map(String::as_str);
        let expanded = self.expand.iter().map(|expand| expand.name.as_str());
        if let Some(name) = selected.chain(expanded).find(unknown) {
            let message = format!(
                "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type \
                 'microsoft.graph.{kind}'."
            );
            return Err(Fault::option(message));
        }
        let ordered = self.order.iter().map(|(path, _)| path.as_str());
        let whole = |path: &&str| COMPLEX.iter().any(|name| name.eq_ignore_ascii_case(path));
        if ordered.clone().any(|path| whole(&path)) {
            let message =
                "The $orderby expression must evaluate to a single value of primitive type.";
            return Err(Fault::option(message));
        }
        let filtered = self.filter.iter().flat_map(Filter::properties);
        match ordered.chain(filtered).find(unknown) {
            Some(name) => Err(Fault::no_property(name, kind)),
            None => Ok(()),
        }
    }

    /// A parameter that is not OData's, such as `startDateTime`.
    pub(in crate::microsoft) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.all.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The same options with one of them set to another value, as a query string.
    pub(in crate::microsoft) fn with(&self, name: &str, value: &str) -> String {
        let kept = self
            .all
            .iter()
            .filter(|(n, _)| !n.eq_ignore_ascii_case(name));
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(kept)
            .append_pair(name, value)
            .finish()
            .replace('+', "%20")
    }

    /// The entry of `$expand` with this name.
    pub(in crate::microsoft) fn expands(&self, name: &str) -> Option<&Expand> {
        self.expand
            .iter()
            .find(|e| e.name.eq_ignore_ascii_case(name))
    }

    /// Whether `$select` names a property, or everything is wanted.
    pub(in crate::microsoft) fn selects(&self, name: &str) -> bool {
        self.select
            .as_ref()
            .is_some_and(|all| all.iter().any(|n| n.eq_ignore_ascii_case(name)))
    }
}

fn expands(text: &str) -> Result<Vec<Expand>, Fault> {
    split(text, ',')?
        .into_iter()
        .filter(|e| !e.trim().is_empty())
        .map(expand)
        .collect()
}

fn expand(text: &str) -> Result<Expand, Fault> {
    let text = text.trim();
    let Some((name, options)) = text.split_once('(') else {
        return Ok(Expand {
            name: text.to_owned(),
            filter: None,
        });
    };
    let options = options
        .strip_suffix(')')
        .ok_or_else(|| Fault::option("$expand: a ) is missing"))?;
    let mut filter = None;
    for option in split(options, ';')? {
        if let Some(("$filter", value)) = option.trim().split_once('=') {
            filter = Some(Filter::parse(value)?);
        }
    }
    Ok(Expand {
        name: name.trim().to_owned(),
        filter,
    })
}

/// Splits where no parenthesis or quotation mark is open.
fn split(text: &str, at: char) -> Result<Vec<&str>, Fault> {
    let (mut parts, mut from, mut depth, mut quoted) = (Vec::new(), 0, 0i32, false);
    for (index, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            c if c == at && depth == 0 && !quoted => {
                parts.push(&text[from..index]);
                from = index + c.len_utf8();
            }
            _ => {}
        }
    }
    if depth != 0 || quoted {
        return Err(Fault::option(
            "$expand: parentheses or quotation marks do not match",
        ));
    }
    parts.push(&text[from..]);
    Ok(parts)
}

fn orders(text: &str) -> Vec<(String, bool)> {
    let order = |part: &str| {
        let mut words = part.split_whitespace();
        let path = words.next()?.to_owned();
        Some((
            path,
            words
                .next()
                .is_some_and(|word| word.eq_ignore_ascii_case("desc")),
        ))
    };
    text.split(',').take(NAMES_MAX).filter_map(order).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn options_as_clients_write_them() {
        let query = Query::of(
            "%24top=999&$SELECT=subject,%20start&startdatetime=2026-01-01T00%3A00%3A00Z&$orderby=start/dateTime%20desc\
             &$expand=exceptionOccurrences,singleValueExtendedProperties($filter=id%20eq%20'String%20{g}%20Name%20a,b'%20or%20id%20eq%20'x')",
        )
        .unwrap();
        assert_eq!(query.top, Some(999));
        assert!(query.selects("Start") && !query.selects("end"));
        assert_eq!(
            query.parameter("startDateTime"),
            Some("2026-01-01T00:00:00Z")
        );
        assert_eq!(query.order, [("start/dateTime".to_owned(), true)]);
        assert_eq!(query.expand.len(), 2);
        assert!(
            query
                .expands("singlevalueextendedproperties")
                .unwrap()
                .filter
                .is_some()
        );
        assert!(query.with("$top", "1 0").ends_with("&%24top=1%200"));
        for bad in ["$top=-1", "$expand=a(b", "$filter=a eq", "$search=x"] {
            assert!(Query::of(bad).is_err(), "{bad}");
        }
    }
}
