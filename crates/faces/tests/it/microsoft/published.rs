//! What Microsoft publishes of Graph v1.0: its types, as they stand in the models of the official SDK, which are
//! generated from the service's metadata. They are read where `cargo xtask clients` has installed them.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex, OnceLock},
};

use crate::official;

/// The kind of a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `str`, `bool`, `int`, `float`, `datetime`, `date` or `uuid`.
    Plain(String),
    /// An entity, a complex value or a word of an enumeration; by the name of the model.
    Of(String),
    /// A collection.
    Many(Box<Kind>),
}

/// A type.
#[derive(Debug, Default)]
pub struct Model {
    /// Its properties, by the names that they have on the wire.
    pub properties: BTreeMap<String, Kind>,
    /// The words of an enumeration.
    pub words: Vec<String>,
}

/// The published types.
pub struct Published {
    folder: PathBuf,
    models: Mutex<HashMap<String, Arc<Model>>>,
}

impl Published {
    /// The types, where the SDK is installed.
    pub fn get() -> Option<&'static Self> {
        static PUBLISHED: OnceLock<Option<Published>> = OnceLock::new();
        let find = || {
            let python = official::python("the published types of Microsoft Graph")?;
            let find = "import importlib.util as u; print(u.find_spec('msgraph').submodule_search_locations[0])";
            let output = Command::new(python).args(["-c", find]).output().unwrap();
            let folder = String::from_utf8(output.stdout).unwrap();
            Some(Self {
                folder: PathBuf::from(folder.trim()).join("generated/models"),
                models: Mutex::default(),
            })
        };
        PUBLISHED.get_or_init(find).as_ref()
    }

    /// Where the SDK's generated modules are.
    pub fn generated(&self) -> &Path {
        self.folder.parent().unwrap_or(&self.folder)
    }

    /// A type, by the name of its module: `date_time_time_zone`.
    pub fn model(&self, module: &str) -> Arc<Model> {
        if let Some(known) = self.models.lock().unwrap().get(module) {
            return known.clone();
        }
        let file = self.folder.join(format!("{module}.py"));
        let text = fs::read_to_string(&file)
            .unwrap_or_else(|error| panic!("{} of msgraph-sdk: {error}", file.display()));
        let (own, base) = read(module, &text);
        let model = Arc::new(match base {
            Some(base) => self.extended(own, &base),
            None => own,
        });
        let mut models = self.models.lock().unwrap();
        models.insert(module.to_owned(), model.clone());
        model
    }

    fn extended(&self, mut own: Model, base: &str) -> Model {
        let inherited = self.model(base).properties.clone();
        own.properties.extend(inherited);
        own
    }
}

/// Reads a generated module: the type, and the module of the type that it extends.
fn read(module: &str, text: &str) -> (Model, Option<String>) {
    let folder = module.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut modules = HashMap::new();
    for line in text.lines() {
        if let Some((from, class)) = line
            .trim()
            .strip_prefix("from .")
            .and_then(|rest| rest.split_once(" import "))
        {
            let path = [folder, from].join("/");
            modules.insert(class, path.trim_start_matches('/').to_owned());
        }
    }
    let mut model = Model::default();
    let mut base = None;
    for line in text.lines().map(str::trim) {
        if let Some(bases) = line
            .strip_prefix("class ")
            .and_then(|rest| rest.split_once('('))
        {
            let first = bases.1.split([',', ')']).next().unwrap();
            base = modules.get(first).cloned();
        } else if let Some((name, get)) = line.split_once("lambda n : setattr(self, ") {
            let name = name.trim_end_matches(": ").trim_matches('"');
            let (_, get) = get.split_once("n.get_").unwrap();
            let get = get.trim_end_matches(',').strip_suffix("))").unwrap();
            model
                .properties
                .insert(name.to_owned(), kind(get, &modules));
        } else if let Some((_, word)) = line.strip_suffix("\",").and_then(|l| l.split_once(" = \""))
        {
            model.words.push(word.to_owned());
        }
    }
    (model, base)
}

/// The kind of what a reader of the SDK reads: `str_value(` or `collection_of_object_values(Attendee`.
fn kind(get: &str, modules: &HashMap<&str, String>) -> Kind {
    let (reader, class) = get.split_once('(').unwrap();
    let of = || Kind::Of(modules.get(class).cloned().unwrap_or_else(|| snake(class)));
    match reader {
        "enum_value" | "object_value" => of(),
        "collection_of_enum_values" | "collection_of_object_values" => Kind::Many(Box::new(of())),
        "collection_of_primitive_values" => Kind::Many(Box::new(Kind::Plain(class.to_owned()))),
        plain => Kind::Plain(plain.trim_end_matches("_value").to_owned()),
    }
}

/// A type that speaks of itself imports nothing.
fn snake(class: &str) -> String {
    let mut name = String::new();
    for c in class.chars() {
        if c.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
    }
    name
}

#[test]
fn a_generated_module_is_read() {
    let text = r#"
from .entity import Entity
from .date_time_time_zone import DateTimeTimeZone
class Event(Entity, Parsable):
            "end": lambda n : setattr(self, 'end', n.get_object_value(DateTimeTimeZone)),
            "instances": lambda n : setattr(self, 'instances', n.get_collection_of_object_values(Event)),
            "isDraft": lambda n : setattr(self, 'is_draft', n.get_bool_value()),
            "words": lambda n : setattr(self, 'words', n.get_collection_of_primitive_values(str)),
"#;
    let (model, base) = read("event", text);
    assert_eq!(base.as_deref(), Some("entity"));
    let of = |name: &str| Kind::Of(name.to_owned());
    let plain = |name: &str| Kind::Plain(name.to_owned());
    assert_eq!(model.properties["end"], of("date_time_time_zone"));
    assert_eq!(
        model.properties["instances"],
        Kind::Many(Box::new(of("event")))
    );
    assert_eq!(model.properties["isDraft"], plain("bool"));
    assert_eq!(
        model.properties["words"],
        Kind::Many(Box::new(plain("str")))
    );
    let words = "class BodyType(str, Enum):\n    Text = \"text\",\n    Html = \"html\",\n";
    assert_eq!(read("body_type", words).0.words, ["text", "html"]);
}
