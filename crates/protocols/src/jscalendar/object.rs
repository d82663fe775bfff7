//! Reading JSON objects with a path for errors, and keeping what nobody asked for.

use std::{collections::BTreeSet, str::FromStr};

use calendar::Loss;
use jiff::{Timestamp, civil::DateTime};
use serde_json::{Map, Value};

use super::{Error, pointer};

/// Prefix of our own properties (RFC 8984 3.3). They are never kept as unknown ones.
pub const VENDOR: &str = "kalends.dev:";

/// What is gathered while reading.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Unknown properties by their path in the object as it will be written.
    pub unknown: Map<String, Value>,
    /// What was not understood and cannot be kept.
    pub losses: Vec<Loss>,
}

/// An object that is being read.
pub struct Object<'a> {
    path: String,
    map: &'a Map<String, Value>,
    used: BTreeSet<&'static str>,
}

impl<'a> Object<'a> {
    /// The outermost object.
    pub fn root(value: &'a Value) -> Result<Self, Error> {
        Self::at(String::new(), value)
    }

    /// The object at a path.
    pub fn at(path: String, value: &'a Value) -> Result<Self, Error> {
        let map = value.as_object().ok_or(Error::Value {
            property: if path.is_empty() {
                "event".to_owned()
            } else {
                path.clone()
            },
            problem: "an object is needed",
        })?;
        Ok(Self {
            path,
            map,
            used: BTreeSet::new(),
        })
    }

    /// The path of one of its properties.
    pub fn path(&self, name: &str) -> String {
        pointer::join(&self.path, name)
    }

    /// The error for one of its properties.
    pub fn bad(&self, name: &str, problem: &'static str) -> Error {
        Error::Value {
            property: self.path(name),
            problem,
        }
    }

    /// A property, if it is there and not null.
    pub fn get(&mut self, name: &'static str) -> Option<&'a Value> {
        self.used.insert(name);
        self.map.get(name).filter(|v| !v.is_null())
    }

    /// A mandatory property, by the reader given.
    pub fn required<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self, &'static str) -> Result<Option<T>, Error>,
    ) -> Result<T, Error> {
        read(self, name)?.ok_or_else(|| Error::Missing {
            property: self.path(name),
        })
    }

    /// A string.
    pub fn string(&mut self, name: &'static str) -> Result<Option<&'a str>, Error> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let text = value.as_str();
        text.map(Some)
            .ok_or_else(|| self.bad(name, "a string is needed"))
    }

    /// A string in the form that a type parses.
    pub fn parsed<T: FromStr>(
        &mut self,
        name: &'static str,
        problem: &'static str,
    ) -> Result<Option<T>, Error> {
        let Some(text) = self.string(name)? else {
            return Ok(None);
        };
        let parsed = text.parse().map_err(|_| self.bad(name, problem))?;
        Ok(Some(parsed))
    }

    /// A boolean; false if it is not there.
    pub fn flag(&mut self, name: &'static str) -> Result<bool, Error> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(self.bad(name, "true or false is needed")),
        }
    }

    /// An integer within bounds.
    pub fn number<T: TryFrom<i64>>(
        &mut self,
        name: &'static str,
        min: i64,
        max: i64,
    ) -> Result<Option<T>, Error> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let number = value.as_i64().filter(|n| (min..=max).contains(n));
        let number = number.and_then(|n| n.try_into().ok());
        number
            .map(Some)
            .ok_or_else(|| self.bad(name, "the number is missing or out of bounds"))
    }

    /// A LocalDateTime (RFC 8984 1.4.5).
    pub fn local(&mut self, name: &'static str) -> Result<Option<DateTime>, Error> {
        let Some(text) = self.string(name)? else {
            return Ok(None);
        };
        let parsed = local(text);
        parsed
            .map(Some)
            .ok_or_else(|| self.bad(name, "a local time such as 2026-11-23T09:00:00 is needed"))
    }

    /// A UTCDateTime (RFC 8984 1.4.4).
    pub fn utc(&mut self, name: &'static str) -> Result<Option<Timestamp>, Error> {
        self.parsed(name, "a time in UTC such as 2026-11-23T09:00:00Z is needed")
    }

    /// One of several words.
    pub fn word<T: Copy>(
        &mut self,
        name: &'static str,
        words: &[(&str, T)],
        problem: &'static str,
    ) -> Result<Option<T>, Error> {
        let Some(text) = self.string(name)? else {
            return Ok(None);
        };
        let meaning = words.iter().find(|(w, _)| *w == text).map(|(_, m)| *m);
        meaning.map(Some).ok_or_else(|| self.bad(name, problem))
    }

    /// The objects of a map by id, in order.
    pub fn objects(
        &mut self,
        name: &'static str,
        max: usize,
    ) -> Result<Vec<(&'a str, &'a Value)>, Error> {
        match self.get(name) {
            None => Ok(Vec::new()),
            Some(Value::Object(map)) if map.len() > max => Err(self.bad(name, "too many entries")),
            Some(Value::Object(map)) => Ok(map.iter().map(|(k, v)| (k.as_str(), v)).collect()),
            Some(_) => Err(self.bad(name, "an object is needed")),
        }
    }

    /// The elements of an array.
    pub fn array(&mut self, name: &'static str, max: usize) -> Result<&'a [Value], Error> {
        match self.get(name) {
            None => Ok(&[]),
            Some(Value::Array(list)) if list.len() > max => {
                Err(self.bad(name, "too many elements"))
            }
            Some(Value::Array(list)) => Ok(list),
            Some(_) => Err(self.bad(name, "an array is needed")),
        }
    }

    /// The keys of a set (`{"a": true}`).
    pub fn set(&mut self, name: &'static str, max: usize) -> Result<Vec<&'a str>, Error> {
        let entries = self.objects(name, max)?;
        entries
            .into_iter()
            .filter(|(_, v)| !v.is_null() && **v != Value::Bool(false))
            .map(|(key, value)| match value {
                Value::Bool(true) => Ok(key),
                _ => Err(self.bad(name, "the values of this object are all true")),
            })
            .collect()
    }

    /// Whether nobody asked for this property.
    fn is_left(&self, name: &str) -> bool {
        !self.used.contains(name) && name != "@type" && !name.starts_with(VENDOR)
    }

    /// Keeps what nobody asked for, under `path` in the object that will be written.
    pub fn keep_rest(self, path: &str, gathered: &mut Gathered) {
        for (name, value) in self.map {
            if path.is_empty() && name.is_empty() {
                // RFC 8984 has no such name, and what is kept needs it for something else.
                let loss = Loss::new("other", "a property without a name", "left out");
                gathered.losses.push(loss);
            } else if self.is_left(name) && !value.is_null() {
                let path = pointer::join(path, name);
                gathered.unknown.insert(path, value.clone());
            }
        }
    }

    /// Reports what nobody asked for, where it cannot be kept.
    pub fn report_rest(self, property: &str, gathered: &mut Gathered) {
        for name in self.map.keys().filter(|name| self.is_left(name)) {
            let reason = format!("the property {} is not known", self.path(name));
            gathered
                .losses
                .push(Loss::new(property, reason, "left out"));
        }
    }
}

/// Reads a LocalDateTime: no zone, no offset.
pub fn local(text: &str) -> Option<DateTime> {
    let plain = text
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'-' | b':' | b'T' | b'.'));
    (plain && text.len() >= 19 && text.as_bytes()[10] == b'T')
        .then(|| text.parse().ok())
        .flatten()
}
