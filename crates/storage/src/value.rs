//! What goes into a statement: three kinds of values, the same on both databases.

use jiff::Timestamp;
use uuid::Uuid;

/// One bound value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// BIGINT: numbers, booleans as 0 and 1, instants as microseconds.
    I64(Option<i64>),
    /// TEXT.
    Text(Option<String>),
    /// BYTEA or BLOB: ids, hashes, sealed content.
    Blob(Option<Vec<u8>>),
}

/// Makes a list of [`Value`]s of whatever is given.
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$(crate::value::Value::from($value)),*] };
}
pub(crate) use values;

macro_rules! from {
    ($($type:ty => $kind:ident, $name:ident => $value:expr;)*) => {$(
        impl From<$type> for Value {
            fn from($name: $type) -> Self {
                Self::$kind(Some($value))
            }
        }

        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self {
                Self::$kind(value.map(|$name: $type| $value))
            }
        }
    )*};
}

from! {
    i64 => I64, n => n;
    u32 => I64, n => i64::from(n);
    bool => I64, b => i64::from(b);
    Timestamp => I64, at => at.as_microsecond();
    &str => Text, text => text.to_owned();
    String => Text, text => text;
    Vec<u8> => Blob, bytes => bytes;
    &[u8] => Blob, bytes => bytes.to_vec();
    [u8; 32] => Blob, bytes => bytes.to_vec();
    Uuid => Blob, id => id.as_bytes().to_vec();
    sync::TenantId => Blob, id => id.0.as_bytes().to_vec();
    sync::UserId => Blob, id => id.0.as_bytes().to_vec();
    sync::ConnectionId => Blob, id => id.0.as_bytes().to_vec();
    sync::CalendarId => Blob, id => id.0.as_bytes().to_vec();
    sync::CopyId => Blob, id => id.0.as_bytes().to_vec();
    sync::LinkId => Blob, id => id.0.as_bytes().to_vec();
    sync::LinkedId => Blob, id => id.0.as_bytes().to_vec();
    sync::ChangeId => Blob, id => id.0.as_bytes().to_vec();
    sync::Stamp => Blob, id => id.0.as_bytes().to_vec();
}

/// A page limit as SQL wants it.
impl From<usize> for Value {
    fn from(n: usize) -> Self {
        Self::I64(Some(i64::try_from(n).unwrap_or(i64::MAX)))
    }
}
