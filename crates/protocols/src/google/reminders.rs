//! Alarms: at most five, popup or mail, 0 to 40320 minutes before the start.

use calendar::{Loss, Reminder, Trigger};

use super::{Reminder as WireReminder, Reminders};

const COUNT_MAX: usize = 5;
const MINUTES_MAX: i64 = 40_320;

pub(super) fn read(reminders: Option<&Reminders>) -> Option<Vec<Reminder>> {
    let reminders = reminders?;
    if reminders.use_default == Some(true) {
        return None;
    }
    let own = reminders.overrides.as_deref().unwrap_or_default();
    let reminder = |wire: &WireReminder| Reminder {
        trigger: Trigger::Start(wire.minutes.clamp(0, MINUTES_MAX) * -60),
        email: wire.method == "email",
    };
    Some(own.iter().take(100).map(reminder).collect())
}

pub(super) fn write(reminders: Option<&[Reminder]>, losses: &mut Vec<Loss>) -> Reminders {
    let Some(own) = reminders else {
        return Reminders {
            use_default: Some(true),
            overrides: None,
        };
    };
    let mut lose =
        |reason: &str, fallback: &str| losses.push(Loss::new("alerts", reason, fallback));
    let mut overrides = Vec::new();
    for reminder in own {
        let Trigger::Start(seconds) = reminder.trigger else {
            lose("Google counts alarms from the start", "left out");
            continue;
        };
        let minutes = (-seconds).div_euclid(60).clamp(0, MINUTES_MAX);
        if minutes * -60 != seconds {
            lose(
                "Google has whole minutes up to four weeks before the start",
                "the nearest such minute",
            );
        }
        overrides.push(WireReminder {
            method: if reminder.email { "email" } else { "popup" }.to_owned(),
            minutes,
        });
    }
    if overrides.len() > COUNT_MAX {
        lose("Google keeps five alarms", "the first five");
        overrides.truncate(COUNT_MAX);
    }
    Reminders {
        use_default: Some(false),
        overrides: (!overrides.is_empty()).then_some(overrides),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_before_the_start_come_back_and_the_rest_is_said() {
        let kept = [
            Reminder::minutes_before(10),
            Reminder {
                email: true,
                ..Reminder::minutes_before(1440)
            },
        ];
        let mut losses = Vec::new();
        let wire = write(Some(&kept), &mut losses);
        assert_eq!(read(Some(&wire)).as_deref(), Some(&kept[..]));
        assert_eq!(read(Some(&write(Some(&[]), &mut losses))), Some(Vec::new()));
        assert_eq!(read(Some(&write(None, &mut losses))), None);
        assert!(losses.is_empty());

        let odd =
            [Trigger::End(0), Trigger::Start(600), Trigger::Start(-90)].map(|trigger| Reminder {
                trigger,
                email: false,
            });
        let wire = write(Some(&odd), &mut losses);
        assert_eq!(losses.len(), 3);
        assert_eq!(wire.overrides.map(|o| o.len()), Some(2));
        losses.clear();
        write(Some(&vec![Reminder::minutes_before(1); 6]), &mut losses);
        assert_eq!(losses.len(), 1);
    }
}
