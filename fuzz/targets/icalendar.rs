//! Any bytes as iCalendar: parse → write → parse gives the same tree and the same events.
#![no_main]

use calendar::Event;
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use protocols::icalendar::{self, Object, Sourced, parse, write};

fuzz_target!(|data: &[u8]| kalends_fuzz::timed(|| {
    let Ok(parsed) = parse::parse(data) else {
        return;
    };
    for component in &parsed.components {
        let text = write::write(component);
        let again = parse::parse(&text).expect("what we write is read");
        assert_eq!(again.components, std::slice::from_ref(component), "{text}");
    }
    for mut object in Object::read(data).expect("the tree is read").value {
        object_comes_back(&object);
        // Copied beside written anew.
        let events = object.events.iter_mut();
        events.step_by(2).for_each(touch);
        object_comes_back(&object);
    }
    for event in icalendar::read_parsed(&parsed).into_iter().flatten() {
        kalends_fuzz::comes_back(&event.value);
    }
}));

fn object_comes_back(object: &Object) {
    let text = object.write(Timestamp::UNIX_EPOCH);
    kalends_fuzz::strict(&text);
    let again = Object::read(&text).expect("what we write is read").value;
    assert_eq!(again, std::slice::from_ref(object), "{text}");
}

/// Whoever can change it is taken to have changed it.
fn touch(event: &mut Sourced<Event>) {
    let _: &mut Event = event;
}
