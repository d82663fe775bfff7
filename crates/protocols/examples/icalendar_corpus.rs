//! Reads every calendar file of some folders, writes it, and reads it again: what is accepted, what comes back equal.
//! `cargo xtask corpus icalendar DIR…` runs it; so does `cargo run --release -p kalends-protocols --example icalendar_corpus -- DIR…`.

#![expect(clippy::print_stdout, reason = "a report for people")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    panic::catch_unwind,
    path::{Path, PathBuf},
    process::ExitCode,
};

use calendar::Event;
use jiff::Timestamp;
use kalends_protocols::icalendar::{
    Error, Object, Sourced,
    component::{Component, Property},
    parse, write,
};

/// Endings of files that hold iCalendar. `.ifb` is busy time.
const ENDINGS: [&str; 6] = ["ics", "ical", "icalendar", "ifb", "vcs", "vfb"];

/// Examples that are printed of one reason.
const SHOWN: usize = 5;

fn main() -> io::Result<ExitCode> {
    let mut files = BTreeMap::new();
    for folder in std::env::args_os().skip(1) {
        collect(Path::new(&folder), &mut files)?;
    }
    let mut report = Report::default();
    for (content, path) in &files {
        report.add(path, look(content));
    }
    report.print(files.len());
    Ok(if report.failed() == 0 && !files.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// All calendar files below a folder, by content: those that are named so, and those that begin so.
fn collect(path: &Path, files: &mut BTreeMap<Vec<u8>, PathBuf>) -> io::Result<()> {
    if path.is_dir() {
        let mut inside: Vec<PathBuf> = fs::read_dir(path)?
            .map(|entry| Ok(entry?.path()))
            .collect::<io::Result<_>>()?;
        inside.sort();
        return inside.iter().try_for_each(|path| collect(path, files));
    }
    if !path.is_file() {
        return Ok(());
    }
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or("");
    let is_named = ENDINGS.iter().any(|e| e.eq_ignore_ascii_case(ending));
    let content = fs::read(path)?;
    if is_named || begins_as_calendar(&content) {
        files.entry(content).or_insert_with(|| path.to_owned());
    }
    Ok(())
}

/// Some projects keep calendars under other names: fuzzers' finds, texts beside what they become.
fn begins_as_calendar(content: &[u8]) -> bool {
    let content = content.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(content);
    let content = content.trim_ascii_start();
    let first = content.get(..15).unwrap_or_default();
    first.eq_ignore_ascii_case(b"BEGIN:VCALENDAR")
}

/// What was found out about one file.
#[derive(Default)]
struct Finding {
    /// Why it was not accepted.
    refused: Option<String>,
    /// What did not come back.
    unstable: Option<String>,
    /// What was repaired, and what was kept without being understood.
    reported: BTreeSet<String>,
    events: usize,
    others: usize,
    /// VEVENTs that are kept because they cannot be understood.
    sealed: usize,
}

fn look(content: &[u8]) -> Finding {
    catch_unwind(|| read_and_write(content)).unwrap_or_else(|_| Finding {
        refused: Some("it panics".to_owned()),
        ..Finding::default()
    })
}

fn read_and_write(content: &[u8]) -> Finding {
    let mut finding = Finding::default();
    let (parsed, read) = match (parse::parse(content), Object::read(content)) {
        (Ok(parsed), Ok(read)) => (parsed, read),
        (Err(error), _) | (_, Err(error)) => {
            finding.refused = Some(grouped(&error.to_string()));
            return finding;
        }
    };
    finding.reported = read
        .losses
        .iter()
        .map(|loss| format!("{}: {}", grouped(&loss.reason), loss.fallback))
        .collect();
    finding.events = read.value.iter().map(|o| o.events.len()).sum();
    finding.others = read.value.iter().map(|o| o.others.len()).sum();
    let others = read.value.iter().flat_map(|o| &o.others);
    finding.sealed = others.filter(|other| other.component.is("VEVENT")).count();
    // Where something was left out with a report, not every line can come back.
    let whole = read.losses.is_empty();
    finding.unstable = tree_comes_back(&parsed.components)
        .or_else(|| objects_come_back(&read.value))
        .or_else(|| {
            whole
                .then(|| lines_come_back(&parsed.components, &read.value))
                .flatten()
        });
    finding
}

/// The generic tree, written and read.
fn tree_comes_back(components: &[Component]) -> Option<String> {
    components.iter().find_map(|component| {
        let text = write::write(component);
        let same = parse::parse(&text).is_ok_and(|again| {
            again.components == std::slice::from_ref(component) && again.repairs.is_empty()
        });
        (!same).then(|| "the tree does not come back".to_owned())
    })
}

/// As they were read, with every second event touched, and with all of them touched.
fn objects_come_back(objects: &[Object]) -> Option<String> {
    objects.iter().find_map(|object| {
        comes_back(object).or_else(|| {
            [2, 1].into_iter().find_map(|every| {
                let mut touched = object.clone();
                let events = touched.events.iter_mut();
                events.step_by(every).for_each(touch);
                comes_back(&touched).map(|wrong| format!("{wrong} (1 in {every} written anew)"))
            })
        })
    })
}

/// Whoever can change it is taken to have changed it.
fn touch(event: &mut Sourced<Event>) {
    let _: &mut Event = event;
}

fn comes_back(object: &Object) -> Option<String> {
    let text = object.write(Timestamp::UNIX_EPOCH);
    let wrong = not_strict(&text).or_else(|| without_zone(&text).ok().flatten());
    if wrong.is_some() {
        return wrong;
    }
    let Ok(again) = Object::read(&text) else {
        return Some("what was written is not read".to_owned());
    };
    let [again] = &again.value[..] else {
        return Some("one object became several".to_owned());
    };
    let mut differing = again.events.iter().zip(&object.events);
    if let Some((a, b)) = differing.find(|(a, b)| a != b) {
        return Some(difference(&format!("{b:#?}"), &format!("{a:#?}")));
    }
    if again != object {
        return Some("the calendar or its other components do not come back".to_owned());
    }
    (again.write(Timestamp::UNIX_EPOCH) != text).then(|| "written differently again".to_owned())
}

/// The first line that differs, without what stands in it.
fn difference(before: &str, after: &str) -> String {
    let line = before.lines().zip(after.lines()).find(|(a, b)| a != b);
    let word = line.map_or("", |(a, _)| {
        a.trim().split([' ', '(', ':']).next().unwrap_or("")
    });
    let shown = std::env::var_os("KALENDS_CORPUS_SHOW").and(line);
    shown.map_or_else(
        || format!("an event does not come back ({word})"),
        |(a, b)| format!("an event does not come back: {a} / {b}"),
    )
}

/// RFC 5545 3.1: lines of 75 octets at most, ended by CRLF, without control characters.
fn not_strict(text: &str) -> Option<String> {
    let mut lines = text.strip_suffix("\r\n")?.split("\r\n");
    let bad =
        |line: &str| line.len() > 75 || line.contains(|c: char| c.is_ascii_control() && c != '\t');
    lines
        .any(bad)
        .then(|| "a written line is not as RFC 5545 wants it".to_owned())
}

/// RFC 5545 3.2.19: each TZID has its VTIMEZONE, unless nobody knows what it means.
fn without_zone(text: &str) -> Result<Option<String>, Error> {
    let parsed = parse::parse(text)?;
    let calendar = &parsed.components[0];
    let there: BTreeSet<String> = calendar
        .components
        .iter()
        .filter_map(|c| Some(c.property("TZID")?.as_text()))
        .collect();
    let mut missing = None;
    for_each_property(calendar, &mut |p| {
        let id = p.parameter("TZID").map(String::from).unwrap_or_default();
        let known = kalends_protocols::zones::zone_named(&id).is_some();
        let known = (known && !there.contains(&id)).then_some(id);
        missing = missing.take().or(known);
    });
    Ok(missing.map(|_| "a zone is named without its VTIMEZONE".to_owned()))
}

fn for_each_property(component: &Component, each: &mut impl FnMut(&Property)) {
    component.properties.iter().for_each(&mut *each);
    for inner in &component.components {
        for_each_property(inner, each);
    }
}

/// Lines that the model does not know, of events and of everything else: each comes back byte for byte.
fn lines_come_back(components: &[Component], objects: &[Object]) -> Option<String> {
    let mut before = BTreeSet::new();
    for component in components {
        add_lines(component, "", false, &mut before);
    }
    let mut after = BTreeSet::new();
    for object in objects {
        // Not copied: what the model does not know has to be in it.
        let mut anew = object.clone();
        anew.events.iter_mut().for_each(touch);
        let text = anew.write(Timestamp::UNIX_EPOCH);
        let written = parse::parse(&text).map(|parsed| parsed.components);
        for calendar in written.unwrap_or_default() {
            add_lines(&calendar, "", false, &mut after);
        }
    }
    let (_, line) = before.difference(&after).next()?;
    let name = line.split([':', ';']).next().unwrap_or("");
    Some(format!("{name} does not come back byte for byte"))
}

/// Adds the lines of a component that must come back, each with the UID under which it stands.
fn add_lines(component: &Component, uid: &str, kept: bool, lines: &mut BTreeSet<(String, String)>) {
    if component.is("VTIMEZONE") {
        return;
    }
    let own = component.property("UID").map(Property::as_text);
    // One that was made up is nowhere in the source.
    let own = own
        .as_deref()
        .filter(|uid| !uid.ends_with("@no-uid.kalends.dev"));
    let uid = own.map_or(uid, str::trim);
    let outside = ["VCALENDAR", "VEVENT"];
    let kept = kept || !outside.iter().any(|name| component.is(name));
    for property in &component.properties {
        // Those of an event that it has fields for are compared as fields; of a plain alarm we write our own.
        if (kept && !component.is("VALARM")) || is_unknown(property) {
            lines.insert((uid.to_owned(), property.content_line()));
        }
    }
    for inner in &component.components {
        add_lines(inner, uid, kept, lines);
    }
}

fn is_unknown(property: &Property) -> bool {
    let name = property.name.to_ascii_uppercase();
    let extension = name.starts_with("X-") && !name.starts_with("X-KALENDS-");
    let known = [
        "X-ALT-DESC",
        "X-MICROSOFT-CDO-BUSYSTATUS",
        "X-RESPONSE-COMMENT",
    ];
    let standard = [
        "ATTACH",
        "COMMENT",
        "CONTACT",
        "RELATED-TO",
        "RESOURCES",
        "URL",
        "METHOD",
        "NAME",
    ];
    (extension && !known.contains(&name.as_str())) || standard.contains(&name.as_str())
}

/// A reason without line numbers, so that equal ones count together.
fn grouped(reason: &str) -> String {
    let rest = reason
        .strip_prefix("line ")
        .and_then(|r| r.split_once(": "));
    rest.map_or(reason, |(_, rest)| rest).to_owned()
}

/// What all files together say.
#[derive(Default)]
struct Report {
    refused: BTreeMap<String, Vec<PathBuf>>,
    unstable: BTreeMap<String, Vec<PathBuf>>,
    reported: BTreeMap<String, Vec<PathBuf>>,
    events: usize,
    others: usize,
    /// VEVENTs that nobody understands, and the files that have some.
    sealed: (usize, usize),
}

impl Report {
    fn add(&mut self, path: &Path, finding: Finding) {
        self.events += finding.events;
        self.others += finding.others;
        self.sealed.0 += finding.sealed;
        self.sealed.1 += usize::from(finding.sealed > 0);
        let reasons = [
            (&mut self.refused, finding.refused.into_iter().collect()),
            (&mut self.unstable, finding.unstable.into_iter().collect()),
            (&mut self.reported, finding.reported),
        ];
        for (into, reasons) in reasons {
            for reason in reasons {
                into.entry(reason).or_default().push(path.to_owned());
            }
        }
    }

    fn failed(&self) -> usize {
        let files =
            |map: &BTreeMap<String, Vec<PathBuf>>| map.values().map(Vec::len).sum::<usize>();
        files(&self.refused) + files(&self.unstable)
    }

    fn print(&self, files: usize) {
        print_reasons("Reported, and read all the same", &self.reported);
        print_reasons("Refused", &self.refused);
        print_reasons("Not stable", &self.unstable);
        let refused: usize = self.refused.values().map(Vec::len).sum();
        let unstable: usize = self.unstable.values().map(Vec::len).sum();
        println!(
            "{files} distinct files: {} accepted, {refused} refused; {} events, {} other components; {} come back equal",
            files - refused,
            self.events,
            self.others - self.sealed.0,
            files - refused - unstable,
        );
        println!(
            "{} VEVENTs in {} files are kept as they came without being understood",
            self.sealed.0, self.sealed.1,
        );
        println!("{} passed, {} failed", files - self.failed(), self.failed());
    }
}

fn print_reasons(title: &str, reasons: &BTreeMap<String, Vec<PathBuf>>) {
    println!("{title}:");
    for (reason, files) in reasons {
        println!("  {:5}  {reason}", files.len());
        for file in files.iter().take(SHOWN) {
            println!("         {}", file.display());
        }
    }
}
