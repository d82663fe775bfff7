//! Who is treated when: a month of a full practice.

use jiff::{ToSpan, civil::Date};

use super::{Appointment, BERLIN, Place, When, at, plain};

/// Treatments by day (from Monday of any week): start, minutes, what, who booked it. The front desk books most of them.
/// Nobody is in two at once, not even when each begins up to half an hour later.
const TREATMENTS: [(i64, i8, i8, i64, &str, Place); 20] = [
    (0, 9, 0, 45, "Check-up", Place::Caldav),
    (0, 11, 0, 60, "Cleaning", Place::Microsoft),
    (0, 13, 0, 60, "Root canal", Place::Google),
    (0, 14, 30, 30, "First visit", Place::Caldav),
    (1, 8, 30, 90, "Crown", Place::Google),
    (1, 10, 30, 45, "Cleaning", Place::Caldav),
    (1, 13, 30, 60, "Cleaning", Place::Caldav),
    (1, 15, 0, 45, "Implant", Place::Caldav),
    (2, 9, 0, 60, "Cleaning", Place::Microsoft),
    (2, 10, 30, 30, "Consultation", Place::Caldav),
    (2, 11, 30, 60, "Filling", Place::Google),
    (2, 14, 0, 45, "Braces review", Place::Caldav),
    (3, 8, 30, 60, "Bridge", Place::Google),
    (3, 10, 0, 60, "Cleaning", Place::Caldav),
    (3, 14, 0, 30, "Impression", Place::Caldav),
    (3, 15, 0, 45, "Check-up", Place::Caldav),
    (4, 9, 0, 30, "Impression", Place::Caldav),
    (4, 10, 0, 60, "Wisdom tooth", Place::Google),
    (4, 11, 30, 60, "Whitening", Place::Microsoft),
    (4, 14, 0, 45, "Check-up", Place::Caldav),
];

/// What the hygienist does, in the second room.
const HYGIENE: [&str; 2] = ["Cleaning", "Whitening"];

/// Who comes, in turn.
const PATIENTS: &str = "Lena M., Jonas W., Samira K., Piotr Z., Marta S., Oskar B., Ines R., Theo L., Aylin D., Karl H., Nora F., Emre T., Greta V., Luca P., \
    Amira B., Hanna J., Tomasz G., Élise C., Ravi N., Sofía A., Björn E., Mei C., Dario I., Ruth O., Yusuf A., Clara U., Anton Q.";

/// The weeks that have treatments, counted from this one.
const WEEKS: std::ops::RangeInclusive<i64> = -2..=2;

/// The treatments around this Monday's week.
pub(super) fn of(monday: Date) -> Vec<Appointment> {
    let mut patients = PATIENTS.split(", ").cycle();
    let mut all = Vec::new();
    for week in WEEKS {
        for (index, (day, hour, minute, minutes, what, place)) in (0..).zip(TREATMENTS) {
            let start = at(monday, week * 7 + day, hour, minute);
            let when = When::Timed {
                start: start.saturating_add((15 * (week + index).rem_euclid(3)).minutes()),
                minutes,
                zone: BERLIN,
            };
            let room = if HYGIENE.contains(&what) {
                "Room 2"
            } else {
                "Room 1"
            };
            let title = format!("{what}: {}", patients.next().unwrap_or_default());
            all.push(plain(place, title, room, when));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn no_room_has_two_at_once_and_nobody_comes_twice_a_week() {
        let all = of(date(2026, 11, 23));
        for (index, one) in all.iter().enumerate() {
            for other in &all[index + 1..] {
                let ((a, b), (c, d)) = (one.when.span(), other.when.span());
                let patient = |title: &str| title.split(": ").nth(1).map(str::to_owned);
                assert!(
                    c.saturating_sub(5.days()) > a || patient(&one.title) != patient(&other.title),
                    "{} on {a} and {c}",
                    one.title
                );
                assert!(
                    one.location != other.location || b <= c || d <= a,
                    "{} and {}",
                    one.title,
                    other.title
                );
            }
        }
    }
}
