//! Any bytes as iCalendar: parse → write → parse gives the same tree and the same events.
#![no_main]

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use protocols::icalendar::{self, Object, parse, write};

fuzz_target!(|data: &[u8]| kalends_fuzz::timed(|| {
    let Ok(parsed) = parse::parse(data) else {
        return;
    };
    for component in &parsed.components {
        let text = write::write(component);
        let again = parse::parse(&text).expect("what we write is read");
        assert_eq!(again.components, std::slice::from_ref(component), "{text}");
    }
    for object in Object::read(data).expect("the tree is read").value {
        let text = object.write(Timestamp::UNIX_EPOCH);
        let again = Object::read(&text).expect("what we write is read").value;
        assert_eq!(again, [object], "{text}");
    }
    for event in icalendar::read_parsed(&parsed).into_iter().flatten() {
        kalends_fuzz::comes_back(&event.value);
    }
}));
