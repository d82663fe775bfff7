//! What people say of a calendar on their list, and its owner of the calendar, that the model has no field for. It is kept
//! beside the calendar.

use hub::{CalendarView, calendars::CalendarEdit};
use protocols::google::{DIALECT, Reminder};
use serde_json::{Map, Value, json};

use super::{Fault, body};

/// Most default reminders of a calendar.
const REMINDERS_MAX: usize = 5;

/// What people are mailed about.
const NOTIFICATIONS: [&str; 5] = [
    "agenda",
    "eventCancellation",
    "eventChange",
    "eventCreation",
    "eventResponse",
];

/// What is kept of one calendar.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept(Map<String, Value>);

impl Kept {
    /// What is kept of this calendar.
    pub(super) fn of(calendar: &CalendarView) -> Self {
        let kept = calendar.kept.get(DIALECT).and_then(Value::as_object);
        Self(kept.cloned().unwrap_or_default())
    }

    /// The edit that keeps it.
    pub(super) fn edit(self) -> CalendarEdit {
        CalendarEdit {
            kept: Some((DIALECT, self.0)),
            ..CalendarEdit::default()
        }
    }

    /// As a new calendar has it.
    pub(super) fn into_new(self) -> Map<String, Value> {
        let mut all = Map::new();
        if !self.0.is_empty() {
            all.insert(DIALECT.to_owned(), self.0.into());
        }
        all
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// Whether its person does not want to see it.
    pub(super) fn hidden(&self) -> bool {
        self.0.get("hidden") == Some(&Value::Bool(true))
    }

    /// Whether its person has taken it off the list.
    pub(super) fn off_the_list(&self) -> bool {
        self.0.get("offTheList") == Some(&Value::Bool(true))
    }

    pub(super) fn reminders(&self) -> Vec<Reminder> {
        let kept = self.0.get("defaultReminders");
        kept.and_then(|kept| serde_json::from_value(kept.clone()).ok())
            .unwrap_or_default()
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Sets a value; nothing and null take it away.
    pub(super) fn set(&mut self, name: &str, value: Option<Value>) {
        match value.filter(|value| !value.is_null()) {
            Some(value) => drop(self.0.insert(name.to_owned(), value)),
            None => drop(self.0.shift_remove(name)),
        }
    }

    /// Takes over the texts that a client named, or all of them if what is not named goes away.
    pub(super) fn texts(
        &mut self,
        fields: &Map<String, Value>,
        names: &[&str],
        whole: bool,
    ) -> Result<(), Fault> {
        for name in names.iter().copied() {
            match fields.get(name) {
                None if !whole => {}
                None | Some(Value::Null) => self.set(name, None),
                Some(Value::String(text)) if text.is_empty() => self.set(name, None),
                Some(Value::String(text)) => self.set(name, Some(text.clone().into())),
                Some(_) => return Err(Fault::invalid(format!("Invalid value for {name}."))),
            }
        }
        Ok(())
    }

    /// Takes over the reminders that events have if they do not say otherwise.
    pub(super) fn set_reminders(&mut self, fields: &Map<String, Value>) -> Result<(), Fault> {
        let Some(said) = fields
            .get("defaultReminders")
            .filter(|said| !said.is_null())
        else {
            return Ok(());
        };
        let all = body::reminders_of(said, "defaultReminders")?;
        if all.len() > REMINDERS_MAX {
            let message = format!("A calendar has at most {REMINDERS_MAX} default reminders.");
            return Err(Fault::calendar(
                400,
                "defaultRemindersCountExceedsLimit",
                message,
            ));
        }
        let some = (!all.is_empty()).then(|| all.into());
        self.set("defaultReminders", some);
        Ok(())
    }

    /// Takes over what the person is mailed about.
    pub(super) fn set_notifications(&mut self, fields: &Map<String, Value>) -> Result<(), Fault> {
        let wrong = || Fault::invalid("Invalid value for: notificationSettings");
        let said = match fields.get("notificationSettings") {
            None => return Ok(()),
            Some(Value::Null) => None,
            Some(Value::Object(said)) => said.get("notifications"),
            Some(_) => return Err(wrong()),
        };
        let said = said
            .map(|said| said.as_array().ok_or_else(wrong))
            .transpose()?;
        let mut all = Vec::new();
        for one in said.into_iter().flatten() {
            let text = |name: &str| one[name].as_str().map(str::to_owned);
            let kind = text("type").ok_or_else(|| Fault::required("Missing notification type."))?;
            let method =
                text("method").ok_or_else(|| Fault::required("Missing notification method."))?;
            if !NOTIFICATIONS.contains(&kind.as_str()) {
                return Err(wrong());
            }
            // There is no other way any more, and of others nothing is left.
            if method == "email" {
                all.push(json!({"type": kind, "method": method}));
            }
        }
        let settings = (!all.is_empty()).then(|| json!({"notifications": all}));
        self.set("notificationSettings", settings);
        Ok(())
    }
}
