//! The one reminder that Graph has: minutes before the start.

use calendar::{Event, Reminder, Trigger};

use super::{
    fields::{Out, Scene},
    wire,
};

/// Minutes before the start, at most; two weeks is what Outlook offers, Exchange takes more.
const MINUTES_MAX: i64 = 525_600;

/// Reads it into `event`.
pub(super) fn read(wire: &wire::Event, event: &mut Event) {
    match (wire.is_reminder_on, wire.reminder_minutes_before_start) {
        (None, None) => {}
        (Some(false), _) => event.reminders = Some(Vec::new()),
        (_, minutes) => {
            let minutes = minutes.map_or(15, i64::from);
            event.reminders = Some(vec![Reminder {
                trigger: Trigger::Start(-minutes * 60),
                email: false,
            }]);
        }
    }
}

/// Writes the reminder that comes nearest. `None`, the calendar's own default, is left to the mailbox.
pub(super) fn write(scene: &Scene<'_>, out: &mut Out) {
    let Some(reminders) = scene.next.reminders.as_deref() else {
        if scene
            .previous
            .is_some_and(|before| before.reminders.is_some())
        {
            let reason = "the mailbox's default cannot be asked for again";
            out.lose("alerts", reason, "as it was");
        }
        return;
    };
    let minutes = nearest(reminders);
    out.set("isReminderOn", &minutes.is_some());
    if let Some(minutes) = minutes {
        out.set("reminderMinutesBeforeStart", &minutes);
    }
    let told = minutes.map(|m| Reminder {
        trigger: Trigger::Start(-m * 60),
        email: false,
    });
    if !reminders.iter().eq(told.iter()) {
        let reason = "one reminder, whole minutes before the start, is all there is";
        out.lose("alerts", reason, "the nearest single reminder");
    }
}

/// Minutes before the start of the first display that is set relative to the start, else of any alarm that is.
fn nearest(reminders: &[Reminder]) -> Option<i64> {
    let minutes = |reminder: &Reminder| match reminder.trigger {
        Trigger::Start(seconds) => Some((-seconds).div_euclid(60).clamp(0, MINUTES_MAX)),
        Trigger::End(_) | Trigger::At(_) => None,
    };
    let displays = reminders.iter().filter(|r| !r.email).find_map(minutes);
    displays.or_else(|| reminders.iter().find_map(minutes))
}

/// Minutes before the start of the one reminder that is shown.
pub(super) fn shown(event: &Event) -> Option<i64> {
    nearest(event.reminders.as_deref().unwrap_or_default())
}
