//! What comes out of a statement: columns by index, the same on both databases.

use jiff::Timestamp;
use sqlx::{Row as _, postgres::PgRow};
use uuid::Uuid;

use crate::{
    Error, Result,
    sqlite::{Cell, Cells},
};

/// One row of a result.
pub(crate) enum Row {
    /// From SQLite.
    Sqlite(Cells),
    /// From PostgreSQL.
    Postgres(PgRow),
}

impl Row {
    pub(crate) fn i64(&self, index: usize) -> Result<i64> {
        self.i64_option(index)?.ok_or_else(|| other(index))
    }

    pub(crate) fn i64_option(&self, index: usize) -> Result<Option<i64>> {
        match self {
            Self::Postgres(row) => Ok(row.try_get(index)?),
            Self::Sqlite(cells) => match cells.get(index) {
                Some(Cell::Integer(number)) => Ok(Some(*number)),
                Some(Cell::Null) => Ok(None),
                _ => Err(other(index)),
            },
        }
    }

    pub(crate) fn text(&self, index: usize) -> Result<String> {
        match self {
            Self::Postgres(row) => Ok(row.try_get(index)?),
            Self::Sqlite(cells) => match cells.get(index) {
                Some(Cell::Text(text)) => Ok(text.clone()),
                _ => Err(other(index)),
            },
        }
    }

    pub(crate) fn blob(&self, index: usize) -> Result<&[u8]> {
        self.blob_option(index)?.ok_or_else(|| other(index))
    }

    pub(crate) fn blob_option(&self, index: usize) -> Result<Option<&[u8]>> {
        match self {
            Self::Postgres(row) => Ok(row.try_get(index)?),
            Self::Sqlite(cells) => match cells.get(index) {
                Some(Cell::Blob(bytes)) => Ok(Some(bytes)),
                Some(Cell::Id(bytes)) => Ok(Some(bytes)),
                Some(Cell::Null) => Ok(None),
                _ => Err(other(index)),
            },
        }
    }

    pub(crate) fn bool(&self, index: usize) -> Result<bool> {
        Ok(self.i64(index)? != 0)
    }

    /// An instant, from microseconds.
    pub(crate) fn time(&self, index: usize) -> Result<Timestamp> {
        time(self.i64(index)?)
    }

    pub(crate) fn time_option(&self, index: usize) -> Result<Option<Timestamp>> {
        self.i64_option(index)?.map(time).transpose()
    }

    /// An id of any kind.
    pub(crate) fn id<I: From<Uuid>>(&self, index: usize) -> Result<I> {
        id(self.blob(index)?)
    }

    pub(crate) fn id_option<I: From<Uuid>>(&self, index: usize) -> Result<Option<I>> {
        self.blob_option(index)?.map(id).transpose()
    }

    /// A keyed hash.
    pub(crate) fn hash(&self, index: usize) -> Result<[u8; 32]> {
        hash(self.blob(index)?)
    }

    pub(crate) fn hash_option(&self, index: usize) -> Result<Option<[u8; 32]>> {
        self.blob_option(index)?.map(hash).transpose()
    }

    /// One of a few words.
    pub(crate) fn word<W: Word>(&self, index: usize) -> Result<W> {
        let text = self.text(index)?;
        W::ALL
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, value)| *value)
            .ok_or(Error::Format {
                table: W::COLUMN,
                reason: format!("unknown word «{text}»"),
            })
    }
}

fn other(index: usize) -> Error {
    Error::Format {
        table: "a result",
        reason: format!("column {index} is of another kind"),
    }
}

fn time(micros: i64) -> Result<Timestamp> {
    Timestamp::from_microsecond(micros).map_err(|error| Error::Format {
        table: "an instant",
        reason: error.to_string(),
    })
}

fn id<I: From<Uuid>>(bytes: &[u8]) -> Result<I> {
    Uuid::from_slice(bytes)
        .map(I::from)
        .map_err(|error| Error::Format {
            table: "an id",
            reason: error.to_string(),
        })
}

fn hash(bytes: &[u8]) -> Result<[u8; 32]> {
    <[u8; 32]>::try_from(bytes).map_err(|_| Error::Format {
        table: "a hash",
        reason: "not 32 bytes".to_owned(),
    })
}

/// An enumeration that is stored as a word.
pub(crate) trait Word: Copy + PartialEq + 'static {
    /// Where it is stored, for error messages.
    const COLUMN: &'static str;
    /// All words.
    const ALL: &'static [(&'static str, Self)];

    /// The word for a value.
    fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, value)| *value == self)
            .map(|(word, _)| *word)
            .expect("every value has its word")
    }
}

/// Says how an enumeration is stored.
macro_rules! words {
    ($type:ty, $column:literal: $($word:literal => $value:path),+ $(,)?) => {
        impl crate::row::Word for $type {
            const COLUMN: &'static str = $column;
            const ALL: &'static [(&'static str, Self)] = &[$(($word, $value)),+];
        }
    };
}
pub(crate) use words;
