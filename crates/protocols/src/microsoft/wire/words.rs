//! Enumerations of Graph: words, in any letter case, with room for words that came later.

/// An enumeration whose unknown words survive a round trip.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$doc])* $variant,)*
            /// A word that the schema did not list when this was written.
            Other(String),
        }

        impl $name {
            /// The word on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Other(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                $(if word.eq_ignore_ascii_case($word) { return Self::$variant; })*
                Self::Other(word.to_owned())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let word = std::borrow::Cow::<str>::deserialize(d)?;
                Ok(Self::from(word.as_ref()))
            }
        }
    };
}

pub(super) use words;

/// A boolean, or the word for one in quotation marks (the O365 library sends `"false"`), or null.
pub(super) fn boolean<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<bool>, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Lenient {
        Bool(bool),
        Word(String),
        Null,
    }
    match <Lenient as serde::Deserialize>::deserialize(d)? {
        Lenient::Bool(value) => Ok(Some(value)),
        Lenient::Null => Ok(None),
        Lenient::Word(word) if word.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Lenient::Word(word) if word.eq_ignore_ascii_case("false") => Ok(Some(false)),
        Lenient::Word(_) => Err(serde::de::Error::custom("a boolean is true or false")),
    }
}
