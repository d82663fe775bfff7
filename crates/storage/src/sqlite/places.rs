//! Which of its values each place of a statement takes. SQLite counts `$n` in the order in which they are met in the text, and
//! looks a name up by going through all names: of a statement with hundreds of places that is done once.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use rusqlite::Statement;

/// Where a statement's text lies, and how long it is.
type Text = (usize, usize);

thread_local! {
    static KNOWN: RefCell<HashMap<Text, Rc<[usize]>>> = RefCell::default();
}

/// The number behind `$` of each place, 0 where there is none. The text is one of the program's own, which stays where it is.
pub(super) fn numbers(sql: &'static str, statement: &Statement<'_>) -> Rc<[usize]> {
    let text = (sql.as_ptr().addr(), sql.len());
    KNOWN.with_borrow_mut(|known| {
        let found = known.entry(text).or_insert_with(|| read(statement));
        found.clone()
    })
}

fn read(statement: &Statement<'_>) -> Rc<[usize]> {
    let number = |place| {
        let name = statement.parameter_name(place)?;
        name.strip_prefix('$')?.parse().ok()
    };
    let places = 1..=statement.parameter_count();
    places.map(|place| number(place).unwrap_or(0)).collect()
}
