//! Tests that passed because they skipped themselves: they print a line "SKIPPED: what is missing".

/// The word with which a test says that it has not tested.
const MARK: &str = "SKIPPED: ";

/// Finds the tests that skipped themselves in a JUnit report, as (binary and name, reason).
pub fn in_junit(report: &str) -> Vec<(String, String)> {
    report
        .split("<testcase ")
        .skip(1)
        .filter_map(|case| {
            let name = [attribute(case, " classname")?, attribute(case, "name")?].join(" ");
            Some((unescape(&name), unescape(reason(case)?.split('<').next()?)))
        })
        .collect()
}

/// The same in what `cargo test -- --show-output` prints. The output of a test stands under "---- NAME stdout ----".
pub fn in_output(output: &str) -> Vec<(String, String)> {
    let mut name = "";
    let mut found = Vec::new();
    for line in output.lines() {
        if let Some(rest) = line.strip_prefix("---- ") {
            name = rest.split(' ').next().unwrap_or_default();
        } else if let Some(reason) = reason(line) {
            found.push((name.to_owned(), reason.to_owned()));
        }
    }
    found
}

/// The rest of the first line that has the mark.
fn reason(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(MARK)?;
    rest.lines().next().map(str::trim)
}

fn attribute<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = element.split_once(&format!("{name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skip_is_found_in_a_junit_report() {
        let report = "<testsuite><testcase name=\"quiet\" classname=\"kalends-storage::it\" time=\"0\"><system-err>fine</system-err></testcase>\
            <testcase name=\"vault\" classname=\"kalends-storage::it\"><system-err>a\nSKIPPED: postgres &amp; \
            friends\nb</system-err></testcase></testsuite>";
        assert_eq!(
            in_junit(report),
            [(
                "kalends-storage::it vault".to_owned(),
                "postgres & friends".to_owned()
            )]
        );
    }

    #[test]
    fn a_skip_is_found_in_the_output_of_cargo_test() {
        let output =
            "test vault ... ok\n\nsuccesses:\n\n---- vault stdout ----\nSKIPPED: no <database>\n\n";
        assert_eq!(
            in_output(output),
            [("vault".to_owned(), "no <database>".to_owned())]
        );
    }
}
