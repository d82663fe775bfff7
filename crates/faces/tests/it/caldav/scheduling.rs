//! Scheduling between people of the hub (RFC 6638): Ada organizes, Ben attends, Cleo does too.

use calendar::{Address, Participation};
use hub::{
    Access, Filter, LinkMember, Mask, OnConflict, Role, Whom, calendars::NewCalendar,
    links::LinkEdit,
};
use identity::{Actor, NewUser};
use network::{Request, Response};

use super::{Dav, conditions};

/// Somebody of the hub with an app password.
struct Person {
    email: &'static str,
    password: String,
    actor: Actor,
}

impl Person {
    async fn new(dav: &Dav, email: &'static str) -> Self {
        let app = &dav.world.app;
        let new = NewUser {
            email: email.into(),
            name: email.into(),
            time_zone: "Europe/Vienna".into(),
            ..NewUser::default()
        };
        let user = app.identity.create_user(new).await.unwrap().id;
        let password = app.identity.new_app_password(user, "phone").await.unwrap();
        let actor = Actor::person(app.tenant, user);
        let new = NewCalendar {
            name: "Home".into(),
            slug: Some(kalends_faces::caldav::slug(user, "home")),
            ..NewCalendar::default()
        };
        app.hub.create_calendar(&actor, new).await.unwrap();
        Self {
            email,
            password,
            actor,
        }
    }

    fn home(&self) -> String {
        format!("/caldav/calendars/{}/", self.actor.user().unwrap())
    }

    async fn send(
        &self,
        dav: &Dav,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response {
        let mut request = Request::new(method.parse().unwrap(), dav.world.url(path))
            .basic(self.email, &self.password)
            .body("text/calendar", body.to_owned());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        dav.network.send(request).await.unwrap()
    }

    /// The addresses of what is in one of their collections.
    async fn inside(&self, dav: &Dav, collection: &str) -> Vec<String> {
        let path = self.home() + collection;
        let listed = self
            .send(dav, "PROPFIND", &path, &[("depth", "1")], "")
            .await;
        let found = super::multistatus(&listed).responses.into_iter();
        let hrefs = found.map(|response| response.href);
        hrefs.filter(|href| *href != path).collect()
    }

    async fn get(&self, dav: &Dav, path: &str) -> String {
        let got = self.send(dav, "GET", path, &[], "").await;
        assert_eq!(got.status, 200, "{path}");
        got.text().unwrap().replace("\r\n ", "")
    }

    /// The one copy in their calendar: its address and its text.
    async fn copy(&self, dav: &Dav) -> (String, String) {
        let mut all = self.inside(dav, "home/").await;
        assert_eq!(all.len(), 1, "{all:?}");
        let path = all.remove(0);
        let text = self.get(dav, &path).await;
        (path, text)
    }

    /// The methods of the messages in their inbox, which is empty afterwards.
    async fn messages(&self, dav: &Dav) -> Vec<String> {
        let mut methods = Vec::new();
        for path in self.inside(dav, "inbox/").await {
            let text = self.get(dav, &path).await;
            let method = text.lines().find_map(|line| line.strip_prefix("METHOD:"));
            methods.push(method.unwrap().to_owned());
            let gone = self.send(dav, "DELETE", &path, &[], "").await;
            assert_eq!(gone.status, 204);
        }
        methods.sort();
        methods
    }

    /// Writes their copy with something else in it.
    async fn write(&self, dav: &Dav, from: &str, to: &str) -> Response {
        let (path, text) = self.copy(dav).await;
        assert!(text.contains(from), "{from} in {text}");
        self.send(dav, "PUT", &path, &[], &text.replace(from, to))
            .await
    }
}

const TIME: &str = "DTSTART:20271201T090000Z\r\nDTEND:20271201T100000Z";
const PEOPLE: &str = "ORGANIZER:mailto:ada@example.com\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@example.com\r\n\
                      ATTENDEE;RSVP=TRUE:mailto:ben@example.com";
const COMES: &str = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ben@example.com";

fn meeting(lines: &str) -> String {
    format!("DTSTAMP:20260101T000000Z\r\nSUMMARY:Plan\r\n{lines}\r\n{PEOPLE}")
}

async fn both() -> (Dav, Person) {
    let dav = Dav::start().await;
    let ben = Person::new(&dav, "ben@example.com").await;
    (dav, ben)
}

/// Whether Ben's answer stands in Ada's event.
async fn answer(dav: &Dav) -> Participation {
    let calendar = dav.world.calendar.id;
    let events = dav
        .world
        .app
        .hub
        .events(&dav.world.actor, calendar, None, 9, false);
    let events = events.await.unwrap();
    events[0].event.people[&Address::new("ben@example.com")].participation
}

async fn ada(dav: &Dav, name: &str) -> String {
    let got = dav.send("GET", &dav.object(name), &[], "").await;
    got.text().unwrap().replace("\r\n ", "")
}

#[tokio::test]
async fn an_invitation_arrives_and_its_answer_comes_back() {
    let (dav, ben) = both().await;
    let made = dav.put("m", &meeting(TIME), &[]).await;
    assert_eq!(made.status, 201, "{}", made.text().unwrap());
    // What is kept is not what was sent: it says what became of the invitation.
    assert_eq!(made.header("etag"), None);
    let tag = made.header("schedule-tag").unwrap().to_owned();
    assert!(ada(&dav, "m").await.contains("SCHEDULE-STATUS=1.2"));
    assert_eq!(ben.messages(&dav).await, ["REQUEST"]);
    let (_, copy) = ben.copy(&dav).await;
    assert!(
        copy.contains("SUMMARY:Plan") && copy.contains("TRANSP:TRANSPARENT"),
        "{copy}"
    );
    let open = "ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:ben@example.com";
    let open = if copy.contains(open) {
        open
    } else {
        "ATTENDEE;RSVP=TRUE;CN=ben@example.com:mailto:ben@example.com"
    };
    let answered = ben.write(&dav, open, COMES).await;
    assert_eq!(answered.status, 204, "{}", answered.text().unwrap());
    assert_eq!(answer(&dav).await, Participation::Accepted);
    let (_, copy) = ben.copy(&dav).await;
    assert!(
        copy.contains("TRANSP:OPAQUE"),
        "what is accepted takes time: {copy}"
    );
    // The answer changes the entity tag of Ada's copy, and not its schedule tag.
    let now = dav.send("GET", &dav.object("m"), &[], "").await;
    assert_eq!(now.header("schedule-tag"), Some(&*tag));
    let other = meeting(TIME).replace("Plan", "Plans");
    let stale = [("if-schedule-tag-match", "\"s-1\"")];
    assert_eq!(dav.put("m", &other, &stale).await.status, 412);
    let same = [("if-schedule-tag-match", &*tag)];
    assert_eq!(dav.put("m", &other, &same).await.status, 204);
    assert_eq!(answer(&dav).await, Participation::Accepted, "it is Ben's");
}

#[tokio::test]
async fn another_time_is_told_and_asks_anew_and_calling_off_leaves_the_copy_to_be_seen() {
    let (dav, ben) = both().await;
    dav.have("m", &meeting(TIME)).await;
    let (_, copy) = ben.copy(&dav).await;
    let open = copy
        .lines()
        .find(|l| l.ends_with("mailto:ben@example.com"))
        .unwrap();
    ben.write(&dav, open, COMES).await;
    ben.messages(&dav).await;
    let later = meeting(TIME)
        .replace("T090000Z", "T110000Z")
        .replace("T100000Z", "T120000Z");
    assert_eq!(dav.put("m", &later, &[]).await.status, 204);
    assert_eq!(answer(&dav).await, Participation::NeedsAction);
    assert_eq!(ben.messages(&dav).await, ["REQUEST"]);
    let (_, copy) = ben.copy(&dav).await;
    assert!(
        copy.contains("SEQUENCE:1") && copy.contains("T110000Z"),
        "{copy}"
    );
    let gone = dav.send("DELETE", &dav.object("m"), &[], "").await;
    assert_eq!(gone.status, 204);
    assert_eq!(ben.messages(&dav).await, ["CANCEL"]);
    let (path, copy) = ben.copy(&dav).await;
    assert!(copy.contains("STATUS:CANCELLED"), "{copy}");
    // Nobody is told that what was called off is put away.
    assert_eq!(ben.send(&dav, "DELETE", &path, &[], "").await.status, 204);
}

#[tokio::test]
async fn one_occurrence_can_be_declined_and_called_off() {
    let (dav, ben) = both().await;
    let daily = format!("{TIME}\r\nRRULE:FREQ=DAILY;COUNT=5");
    dav.have("m", &meeting(&daily)).await;
    ben.messages(&dav).await;
    let out = "RRULE:FREQ=DAILY;COUNT=5\r\nEXDATE:20271203T090000Z";
    let written = ben.write(&dav, "RRULE:FREQ=DAILY;COUNT=5", out).await;
    assert_eq!(written.status, 204, "{}", written.text().unwrap());
    let own = ada(&dav, "m").await;
    assert!(
        own.contains("RECURRENCE-ID:20271203T090000Z") && own.contains("PARTSTAT=DECLINED"),
        "{own}"
    );
    let without = daily + "\r\nEXDATE:20271202T090000Z";
    assert_eq!(dav.put("m", &meeting(&without), &[]).await.status, 204);
    assert_eq!(ben.messages(&dav).await, ["CANCEL", "REQUEST"]);
    let (_, copy) = ben.copy(&dav).await;
    assert!(copy.contains("RECURRENCE-ID:20271202T090000Z"), "{copy}");
    assert!(copy.contains("STATUS:CANCELLED"), "{copy}");
}

#[tokio::test]
async fn removing_a_copy_declines_unless_the_client_wants_nobody_to_know() {
    for (headers, said) in [
        (&[][..], Participation::Declined),
        (&[("schedule-reply", "F")], Participation::NeedsAction),
    ] {
        let (dav, ben) = both().await;
        dav.have("m", &meeting(TIME)).await;
        let (path, _) = ben.copy(&dav).await;
        assert_eq!(
            ben.send(&dav, "DELETE", &path, headers, "").await.status,
            204
        );
        assert_eq!(answer(&dav).await, said);
    }
}

#[tokio::test]
async fn what_is_the_organizers_is_not_for_attendees_to_change() {
    let (dav, ben) = both().await;
    dav.have("m", &meeting(TIME)).await;
    for (from, to) in [
        ("DTSTART:20271201T090000Z", "DTSTART:20271201T080000Z"),
        ("SUMMARY:Plan", "SUMMARY:Plot"),
        ("ORGANIZER;CN=Ada:mailto:ada", "ORGANIZER;CN=Ada:mailto:ben"),
    ] {
        let refused = ben.write(&dav, from, to).await;
        assert_eq!(refused.status, 403, "{from}");
        assert_eq!(
            conditions(&refused),
            ["allowed-attendee-scheduling-object-change"]
        );
    }
    // An alarm is Ben's own.
    let alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:x\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT";
    assert_eq!(ben.write(&dav, "END:VEVENT", alarm).await.status, 204);
    assert!(!ada(&dav, "m").await.contains("VALARM"));
    assert_eq!(
        dav.put("m", &meeting(TIME).replace("Plan", "Plans"), &[])
            .await
            .status,
        204
    );
    let (_, copy) = ben.copy(&dav).await;
    assert!(
        copy.contains("VALARM") && copy.contains("SUMMARY:Plans"),
        "{copy}"
    );
}

#[tokio::test]
async fn what_nobody_has_invited_to_cannot_be_attended_and_one_meeting_is_in_one_calendar() {
    let (dav, ben) = both().await;
    let body = |uid: &str, lines: &str| {
        format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
    };
    let path = ben.home() + "home/x.ics";
    let refused = ben
        .send(&dav, "PUT", &path, &[], &body("new", &meeting(TIME)))
        .await;
    assert_eq!(
        conditions(&refused),
        ["allowed-attendee-scheduling-object-change"]
    );
    dav.have("m", &meeting(TIME)).await;
    let again = ben
        .send(&dav, "PUT", &path, &[], &body("m", &meeting(TIME)))
        .await;
    assert_eq!(again.status, 403);
    let second = ben.home() + "second/";
    assert_eq!(
        ben.send(&dav, "MKCALENDAR", &second, &[], "").await.status,
        201
    );
    let (there, _) = ben.copy(&dav).await;
    let again = ben
        .send(
            &dav,
            "PUT",
            &(second + "x.ics"),
            &[],
            &body("m", &meeting(TIME)),
        )
        .await;
    assert_eq!(conditions(&again), ["unique-scheduling-object-resource"]);
    assert!(again.text().unwrap().contains(&there));
}

#[tokio::test]
async fn somebody_elsewhere_is_not_reached_and_that_is_said() {
    let (dav, _) = both().await;
    let lines = meeting(TIME).replace("ben@example.com", "zoe@elsewhere.example");
    dav.have("m", &lines).await;
    assert!(ada(&dav, "m").await.contains("SCHEDULE-STATUS=5.3"));
}

#[tokio::test]
async fn people_may_be_called_by_their_addresses_here() {
    let (dav, ben) = both().await;
    let id = ben.actor.user().unwrap();
    let names = [
        format!("/caldav/principals/{id}/"),
        format!("urn:uuid:{id}"),
        dav.world.url(&format!("/caldav/principals/{id}/")),
    ];
    for (n, name) in names.iter().enumerate() {
        let lines = meeting(TIME).replace("mailto:ben@example.com", name);
        dav.have(&format!("m{n}"), &lines).await;
        assert_eq!(ben.messages(&dav).await, ["REQUEST"], "{name}");
        assert!(
            ada(&dav, &format!("m{n}"))
                .await
                .contains("mailto:ben@example.com")
        );
    }
}

#[tokio::test]
async fn a_mirror_of_a_meeting_tells_nobody() {
    let (dav, ben) = both().await;
    let (hub, actor) = (&dav.world.app.hub, &dav.world.actor);
    let new = NewCalendar {
        name: "Mirror".into(),
        slug: Some("mirror".into()),
        ..NewCalendar::default()
    };
    let mirror = hub.create_calendar(actor, new).await.unwrap().id;
    let member = |calendar| LinkMember {
        calendar,
        role: Role::Both,
        mask: Mask::everything(),
        filter: Filter::default(),
        away: false,
    };
    let link = LinkEdit {
        name: "Mirror".into(),
        on_conflict: OnConflict::default(),
        pilot: false,
        allow_notify: false,
        members: vec![member(dav.world.calendar.id), member(mirror)],
    };
    hub.create_link(actor, link).await.unwrap();
    dav.have("m", &meeting(TIME)).await;
    assert_eq!(
        ben.messages(&dav).await,
        ["REQUEST"],
        "once, and from the meeting alone"
    );
    let mirrored = hub.events(actor, mirror, None, 9, false).await.unwrap();
    assert_eq!(mirrored.len(), 1);
    assert!(mirrored[0].event.people.is_empty());
    // The mirror is changed and removed: Ben hears of the meeting only.
    let path = format!("{}mirror/{}.ics", dav.home(), mirrored[0].id);
    let text = dav
        .send("GET", &path, &[], "")
        .await
        .text()
        .unwrap()
        .to_owned();
    let later = text.replace("T090000Z", "T093000Z");
    assert_eq!(dav.send("PUT", &path, &[], &later).await.status, 204);
    assert_eq!(ben.messages(&dav).await, Vec::<String>::new());
}

#[tokio::test]
async fn busy_time_of_others_is_told_as_far_as_they_have_opened_it() {
    let (dav, ben) = both().await;
    dav.have("m", &meeting(TIME)).await;
    let question = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:REQUEST\r\nBEGIN:VFREEBUSY\r\nUID:q\r\n\
                    DTSTAMP:20271101T000000Z\r\nDTSTART:20271201T000000Z\r\nDTEND:20271202T000000Z\r\n\
                    ORGANIZER:mailto:ada@example.com\r\nATTENDEE:mailto:ada@example.com\r\nATTENDEE:mailto:ben@example.com\r\n\
                    ATTENDEE:mailto:zoe@elsewhere.example\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n";
    let outbox = dav.home() + "outbox/";
    let ask = async || {
        let told = dav
            .send(
                "POST",
                &outbox,
                &[("content-type", "text/calendar")],
                question,
            )
            .await;
        assert_eq!(told.status, 200, "{}", told.text().unwrap());
        told.text().unwrap().to_owned()
    };
    let told = ask().await;
    assert!(
        told.contains("FREEBUSY;FBTYPE=BUSY:20271201T090000Z/20271201T100000Z"),
        "{told}"
    );
    assert!(
        told.contains("3.8;No authority") && told.contains("5.3;"),
        "{told}"
    );
    let calendars = dav.world.app.hub.calendars(&ben.actor).await.unwrap();
    let whom = Whom::Person("ada@example.com".into());
    let share = dav
        .world
        .app
        .hub
        .share(&ben.actor, calendars[0].id, whom, Access::FreeBusy);
    share.await.unwrap();
    let told = ask().await;
    assert!(!told.contains("3.8;"), "{told}");
    assert_eq!(
        told.matches("FREEBUSY;").count(),
        1,
        "what Ben has not answered takes no time"
    );
    let (_, copy) = ben.copy(&dav).await;
    let open = copy
        .lines()
        .find(|l| l.ends_with("mailto:ben@example.com"))
        .unwrap();
    ben.write(&dav, open, COMES).await;
    assert_eq!(ask().await.matches("FREEBUSY;").count(), 2);
    // Whom nobody knows is one answer among the others.
    let stranger = question.replace("mailto:zoe@elsewhere.example", "urn:uuid:1234-56789");
    let calendar = [("content-type", "text/calendar")];
    let told = dav.send("POST", &outbox, &calendar, &stranger).await;
    assert_eq!(told.status, 200, "{}", told.text().unwrap());
    assert!(told.text().unwrap().contains("3.7;"));
    let invitation = question.replace("VFREEBUSY", "VEVENT");
    let refused = dav
        .send(
            "POST",
            &outbox,
            &[("content-type", "text/calendar")],
            &invitation,
        )
        .await;
    assert_eq!(conditions(&refused), ["valid-scheduling-message"]);
}

#[tokio::test]
async fn an_inbox_is_synchronized_and_nothing_can_be_put_into_it() {
    let (dav, ben) = both().await;
    let inbox = ben.home() + "inbox/";
    let sync = |token: &str| {
        format!(
            "<D:sync-collection xmlns:D=\"DAV:\"><D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>\
                 <D:prop><D:getetag/></D:prop></D:sync-collection>"
        )
    };
    let empty = ben
        .send(
            &dav,
            "REPORT",
            &inbox,
            &[("content-type", "text/xml")],
            &sync(""),
        )
        .await;
    let token = super::multistatus(&empty).sync_token.unwrap();
    dav.have("m", &meeting(TIME)).await;
    let news = ben
        .send(
            &dav,
            "REPORT",
            &inbox,
            &[("content-type", "text/xml")],
            &sync(&token),
        )
        .await;
    let news = super::multistatus(&news);
    assert_eq!(news.responses.len(), 1);
    let path = news.responses[0].href.clone();
    let text = ben.get(&dav, &path).await;
    assert_eq!(ben.send(&dav, "PUT", &path, &[], &text).await.status, 403);
    assert_eq!(ben.send(&dav, "DELETE", &path, &[], "").await.status, 204);
    let gone = ben
        .send(
            &dav,
            "REPORT",
            &inbox,
            &[],
            &sync(&news.sync_token.unwrap()),
        )
        .await;
    assert_eq!(super::multistatus(&gone).responses[0].status, Some(404));
    // It is no calendar of theirs.
    assert!(ben.inside(&dav, "").await.contains(&inbox));
    let listed = dav.world.app.hub.calendars(&ben.actor).await.unwrap();
    assert!(listed.iter().all(|calendar| !calendar.inbox));
    // And nobody else's.
    assert_eq!(
        dav.send("PROPFIND", &inbox, &[("depth", "1")], "")
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn who_is_of_this_hub_is_called_by_their_name() {
    let (dav, ben) = both().await;
    let text = meeting(TIME);
    assert!(!text.contains("CN="), "{text}");
    dav.have("m", &text).await;
    let (_, copy) = ben.copy(&dav).await;
    assert!(copy.contains("ORGANIZER;CN=Ada"), "{copy}");
    assert!(copy.contains("CN=ben@example.com"), "{copy}");
    // A name that is there already stays.
    let renamed = text.replace("ATTENDEE", "ATTENDEE;CN=Benny");
    assert_eq!(dav.put("m", &renamed, &[]).await.status, 204);
    let own = dav.send("GET", &dav.object("m"), &[], "").await;
    let own = own.text().unwrap().replace("\r\n ", "");
    assert!(
        own.contains("CN=Benny") && !own.contains("CN=ben@"),
        "{own}"
    );
}
