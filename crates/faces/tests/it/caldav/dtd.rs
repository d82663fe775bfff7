//! Element declarations as the RFCs write them (XML 1.0, 3.2), and whether an element is as declared.

use std::{
    collections::{BTreeSet, HashMap},
    sync::OnceLock,
};

use protocols::caldav::{Element, Name, name};

/// What may be inside an element.
#[derive(Debug, PartialEq)]
enum Model {
    Empty,
    Any,
    Text,
    Elements(Particle),
}

#[derive(Debug, PartialEq)]
enum Particle {
    Name(Name),
    Sequence(Vec<Particle>),
    Choice(Vec<Particle>),
    Optional(Box<Particle>),
    Repeated(Box<Particle>, usize),
}

/// The declarations of `published.dtd`.
pub struct Declarations {
    elements: HashMap<Name, Model>,
    codes: HashMap<Name, Model>,
}

impl Declarations {
    pub fn get() -> &'static Self {
        static DECLARATIONS: OnceLock<Declarations> = OnceLock::new();
        DECLARATIONS.get_or_init(|| Self::read(include_str!("published.dtd")))
    }

    fn read(text: &str) -> Self {
        let (mut elements, mut codes) = (HashMap::new(), HashMap::new());
        let (mut namespace, mut are_codes) = ("", false);
        for line in text
            .lines()
            .filter(|l| !l.is_empty() && !l.starts_with('#'))
        {
            if let Some((header, _)) = line.strip_prefix('[').and_then(|l| l.split_once(']')) {
                namespace = header.trim_start_matches("codes of ");
                are_codes = header != namespace;
                continue;
            }
            let (local, model) = line.split_once(' ').unwrap();
            let into = if are_codes { &mut codes } else { &mut elements };
            into.insert(named(namespace, local), model_of(namespace, model));
        }
        Self { elements, codes }
    }

    /// What is wrong with an element and all that is in it.
    pub fn faults(&self, element: &Element) -> Vec<String> {
        let mut faults = Vec::new();
        self.look(element, &self.elements, &mut faults);
        faults
    }

    /// The same for a precondition or postcondition code. Those of other namespaces are nobody's business.
    pub fn code_faults(&self, code: &Element) -> Vec<String> {
        let mut faults = Vec::new();
        if [name::DAV, name::CALDAV].contains(&&*code.name.namespace) {
            self.look(code, &self.codes, &mut faults);
        }
        faults
    }

    fn look(&self, element: &Element, among: &HashMap<Name, Model>, faults: &mut Vec<String>) {
        let at = &element.name;
        let Some(model) = among.get(at) else {
            if !among.keys().any(|known| known.namespace == at.namespace) {
                // A client's own property.
                return;
            }
            faults.push(format!("{at} is not published"));
            return;
        };
        let (children, text) = (!element.children.is_empty(), !element.trimmed().is_empty());
        let wrong = match model {
            Model::Empty => children || text,
            Model::Text => children,
            Model::Any | Model::Elements(_) => text,
        };
        if wrong {
            faults.push(format!("{at} is not as declared: {model:?}"));
        }
        let names: Vec<&Name> = element.children.iter().map(|c| &c.name).collect();
        if let Model::Elements(particle) = model
            && !ends(particle, &names, 0).contains(&names.len())
        {
            let inside: Vec<String> = names.iter().map(ToString::to_string).collect();
            faults.push(format!("{at} cannot have {}", inside.join(" ")));
        }
        // What is in these is another matter: properties by their status, names of reports, codes.
        let apart = [name::PROP, name::REPORT, name::ERROR];
        for child in element.children.iter().filter(|_| !apart.contains(at)) {
            self.look(child, &self.elements, faults);
        }
    }
}

fn named(namespace: &str, local: &str) -> Name {
    Name {
        namespace: namespace.to_owned().into(),
        local: local.to_owned().into(),
    }
}

fn model_of(namespace: &str, text: &str) -> Model {
    match text {
        "EMPTY" => Model::Empty,
        "ANY" => Model::Any,
        "(#PCDATA)" => Model::Text,
        _ => {
            let mut rest = text;
            let particle = particle(namespace, &mut rest);
            assert_eq!(rest, "", "{text}");
            Model::Elements(particle)
        }
    }
}

/// Reads a particle from the start of a text, and goes on behind it.
fn particle(namespace: &str, rest: &mut &str) -> Particle {
    let read = if let Some(inside) = rest.strip_prefix('(') {
        *rest = inside;
        let mut all = vec![particle(namespace, rest)];
        let mut choice = false;
        loop {
            *rest = rest.trim_start();
            let (next, behind) = rest.split_at(1);
            *rest = behind;
            match next {
                ")" => break,
                "," | "|" => choice = next == "|",
                other => panic!("{other}{behind}"),
            }
            *rest = rest.trim_start();
            all.push(particle(namespace, rest));
        }
        if choice {
            Particle::Choice(all)
        } else {
            Particle::Sequence(all)
        }
    } else {
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && !"-:".contains(c))
            .unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        *rest = behind;
        Particle::Name(match word.strip_prefix(name::DAV) {
            Some(local) => named(name::DAV, local),
            None => named(namespace, word),
        })
    };
    let (found, length) = match rest.chars().next() {
        Some('?') => (Particle::Optional(Box::new(read)), 1),
        Some('*') => (Particle::Repeated(Box::new(read), 0), 1),
        Some('+') => (Particle::Repeated(Box::new(read), 1), 1),
        _ => (read, 0),
    };
    *rest = &rest[length..];
    found
}

/// Where a particle can end that begins at a place.
fn ends(particle: &Particle, names: &[&Name], at: usize) -> BTreeSet<usize> {
    match particle {
        Particle::Name(name) => {
            let fits = names.get(at).is_some_and(|found| *found == name);
            fits.then_some(at + 1).into_iter().collect()
        }
        Particle::Choice(all) => all.iter().flat_map(|one| ends(one, names, at)).collect(),
        Particle::Optional(one) => {
            let mut found = ends(one, names, at);
            found.insert(at);
            found
        }
        Particle::Sequence(all) => all.iter().fold(BTreeSet::from([at]), |from, one| {
            from.into_iter()
                .flat_map(|at| ends(one, names, at))
                .collect()
        }),
        Particle::Repeated(one, least) => {
            let mut found = BTreeSet::new();
            let mut from = BTreeSet::from([at]);
            for count in 0.. {
                if count >= *least {
                    found.extend(&from);
                }
                from = from
                    .into_iter()
                    .flat_map(|at| ends(one, names, at))
                    .collect();
                if from.is_empty() {
                    break;
                }
            }
            found
        }
    }
}

#[test]
fn declarations_are_kept_to() {
    let response = |inside: &str| {
        let text = format!("<d:response xmlns:d='DAV:'>{inside}</d:response>");
        Declarations::get().faults(&Element::parse(text.as_bytes()).unwrap())
    };
    let stat = "<d:propstat><d:prop/><d:status>x</d:status></d:propstat>";
    for fine in [
        format!("<d:href>/</d:href>{stat}"),
        format!("<d:href>/</d:href>{stat}{stat}<d:error/>"),
        "<d:href>/</d:href><d:href>/2</d:href><d:status>x</d:status>".to_owned(),
    ] {
        assert_eq!(response(&fine), Vec::<String>::new(), "{fine}");
    }
    for (wrong, fault) in [
        ("<d:href>/</d:href>".to_owned(), "cannot have"),
        (stat.to_owned(), "cannot have"),
        (
            format!("<d:href>/</d:href><d:status/>{stat}"),
            "cannot have",
        ),
        (format!("<d:href>/</d:href>{stat}x"), "not as declared"),
        (
            format!("<d:href><d:prop/></d:href>{stat}"),
            "not as declared",
        ),
        (format!("{stat}<d:href>/</d:href>"), "cannot have"),
    ] {
        let faults = response(&wrong);
        assert!(
            faults.iter().any(|f| f.contains(fault)),
            "{wrong}: {faults:?}"
        );
    }
    let home = "<c:calendar-home-set xmlns:c='urn:ietf:params:xml:ns:caldav' xmlns:d='DAV:'><d:href>/</d:href></c:calendar-home-set>";
    assert!(
        Declarations::get()
            .faults(&Element::parse(home.as_bytes()).unwrap())
            .is_empty()
    );
    let unknown = Element::new(Name::new(name::DAV, "new"));
    assert_eq!(
        Declarations::get().faults(&unknown),
        ["{DAV:}new is not published"]
    );
    assert_eq!(Declarations::get().code_faults(&unknown).len(), 1);
}
