//! A finding, and the exceptions that let it pass.

use std::fmt;

use super::rules::Exception;

/// The rules that tidy checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Which room may use which.
    Direction,
    /// Which room may name a library.
    Owner,
    /// Pure rooms stay pure.
    Purity,
    /// No HTTP and no provider in neutral rooms.
    Name,
    /// Files of a readable length.
    FileSize,
    /// Functions that fit a screen.
    FunctionSize,
    /// Every file says what it is for.
    Header,
    /// A crate for everybody shows how each of its items is used.
    Example,
    /// No registry host, no path of one machine.
    Place,
    /// Files that must be there.
    Required,
    /// Exceptions that are still needed.
    Exception,
}

/// Something that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub rule: Rule,
    /// From the root of the repository.
    pub path: String,
    /// From 1; 0 for the file as a whole.
    pub line: usize,
    /// What an exception names: a dependency, a word, a function; empty for the file itself.
    pub subject: String,
    /// What is wrong, and what to do.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.message),
            line => write!(f, "{}:{line}: {}", self.path, self.message),
        }
    }
}

/// Drops the findings that an exception allows; an exception without a finding becomes one.
pub fn except(findings: Vec<Finding>, exceptions: &[Exception]) -> Vec<Finding> {
    let unused = exceptions
        .iter()
        .filter(|exception| !findings.iter().any(|finding| allows(exception, finding)))
        .map(|exception| Finding {
            rule: Rule::Exception,
            path: "xtask/src/tidy/rules.rs".to_owned(),
            line: 0,
            subject: String::new(),
            message: format!(
                "the exception for \"{}\" in {} lets nothing through: remove it",
                exception.subject, exception.path
            ),
        })
        .collect::<Vec<_>>();
    findings
        .into_iter()
        .filter(|finding| !exceptions.iter().any(|it| allows(it, finding)))
        .chain(unused)
        .collect()
}

fn allows(exception: &Exception, finding: &Finding) -> bool {
    let place = if exception.path.ends_with('/') {
        finding.path.starts_with(exception.path)
    } else {
        finding.path == exception.path
    };
    place && exception.rule == finding.rule && exception.subject == finding.subject
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXCEPTIONS: &[Exception] = &[Exception {
        rule: Rule::Name,
        path: "crates/hub/src/",
        subject: "caldav",
        reason: "a test",
    }];

    fn finding(path: &str, subject: &str) -> Finding {
        Finding {
            rule: Rule::Name,
            path: path.to_owned(),
            line: 1,
            subject: subject.to_owned(),
            message: String::new(),
        }
    }

    #[test]
    fn an_exception_lets_its_own_subject_through_and_nothing_else() {
        let findings = vec![
            finding("crates/hub/src/a.rs", "caldav"),
            finding("crates/hub/src/a.rs", "google"),
            finding("crates/sync/src/a.rs", "caldav"),
        ];
        let left = except(findings.clone(), EXCEPTIONS);
        assert_eq!(left, findings[1..]);
    }

    #[test]
    fn an_exception_that_is_not_needed_is_a_finding() {
        let left = except(vec![finding("crates/hub/src/a.rs", "google")], EXCEPTIONS);
        assert_eq!(left.len(), 2);
        assert_eq!(left[1].rule, Rule::Exception);
    }
}
