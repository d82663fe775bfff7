//! The work, as files that every engine reads: rules, and calendars made from a fixed seed.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

/// Everything that is worked on.
pub struct Workload {
    /// One rule a line.
    pub rules: Vec<String>,
    pub rules_file: PathBuf,
    /// 1,000 VCALENDARs, one after the other.
    pub calendars: String,
    pub calendars_file: PathBuf,
}

pub const CALENDARS: usize = 1_000;
const EVENTS: usize = 200;

/// The small generator of Steele, Lea and Flood (SplitMix64): the same numbers everywhere.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}

impl Workload {
    pub fn write(folder: &Path, scratch: &Path) -> std::io::Result<Self> {
        let rules_file = folder.join("rules.txt");
        let text = fs::read_to_string(&rules_file)?;
        let rules = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(str::to_owned)
            .collect();
        let calendars = calendars();
        let calendars_file = scratch.join("calendars.ics");
        fs::write(&calendars_file, &calendars)?;
        Ok(Self {
            rules,
            rules_file,
            calendars,
            calendars_file,
        })
    }
}

/// 30 % of the events repeat; they began in the last two years. The others lie within a year around the window.
fn calendars() -> String {
    const RULES: [&str; 10] = [
        "FREQ=DAILY",
        "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
        "FREQ=WEEKLY",
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;INTERVAL=2",
        "FREQ=WEEKLY;COUNT=10",
        "FREQ=MONTHLY;BYDAY=2TU",
        "FREQ=MONTHLY;BYMONTHDAY=6",
        "FREQ=YEARLY",
        "FREQ=WEEKLY;UNTIL=20261001T000000Z",
    ];
    let mut random = Random(20_261_102);
    let mut text = String::new();
    for calendar in 0..CALENDARS {
        text.push_str("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//EN\r\n");
        for event in 0..EVENTS {
            let series = random.below(10) < 3;
            let (year, month) = if series {
                (2024 + random.below(2), 1 + random.below(12))
            } else {
                (2026, 5 + random.below(8))
            };
            let (day, hour, half) = (
                1 + random.below(28),
                8 + random.below(9),
                random.below(2) * 30,
            );
            let minutes = 15 * (1 + random.below(6));
            let _ = write!(
                text,
                "BEGIN:VEVENT\r\nUID:{calendar}-{event}@bench\r\nDTSTAMP:20260101T000000Z\r\n\
                 DTSTART;TZID=Europe/Berlin:{year}{month:02}{day:02}T{hour:02}{half:02}00\r\n\
                 DURATION:PT{minutes}M\r\nSUMMARY:Appointment {event}\r\n"
            );
            if series {
                let rule = RULES[random.below(RULES.len() as u64) as usize];
                let _ = write!(text, "RRULE:{rule}\r\n");
            }
            text.push_str("END:VEVENT\r\n");
        }
        text.push_str("END:VCALENDAR\r\n");
    }
    text
}

/// The text of each calendar by itself.
pub fn each(calendars: &str) -> impl Iterator<Item = &str> {
    calendars.split_inclusive("END:VCALENDAR\r\n")
}
