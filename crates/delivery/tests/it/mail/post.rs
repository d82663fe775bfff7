//! What becomes of a message: taken, refused, put off, given up, and what a kill does to it.

use kalends_delivery::mail::ATTEMPTS_MAX;
use storage::{
    jobs,
    mail::{self, MAIL, State},
};

use super::{Office, invitation, smtp::Manner};
use crate::house::postgres;

/// Runs each story on SQLite and on PostgreSQL.
macro_rules! both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name(super::Office::new().await).await;
            })+
        }
        mod on_postgres {
            $(#[tokio::test]
            async fn $name() {
                if let Some(settings) = super::postgres() {
                    super::$name(super::Office::on(settings).await).await;
                }
            })+
        }
    };
}

both! {
    a_message_is_sent_once,
    of_two_nodes_one_sends,
    what_is_not_taken_is_tried_again_later,
    what_is_refused_is_not_tried_again,
    after_three_days_it_is_given_up,
    a_kill_sends_no_more_than_once_again,
    a_process_that_is_always_killed_comes_to_an_end,
    what_waited_in_a_backup_is_not_mailed_once_more,
}

async fn a_message_is_sent_once(office: Office) {
    let id = office.want(&invitation()).await;
    let post = office.post();
    assert!(post.next().await.unwrap());
    assert!(!post.next().await.unwrap());
    let taken = office.smtp.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].from, "MAIL FROM:<calendar@practice.example>");
    assert_eq!(taken[0].to, ["RCPT TO:<ben@example.org>"]);
    assert!(taken[0].data.contains("text/calendar; method=REQUEST"));
    let mail = office.mail(id).await;
    assert_eq!((mail.state, mail.attempts), (State::Sent, 1));
    office.forward(400_000);
    assert!(!post.next().await.unwrap());
    assert!(
        office
            .smtp
            .said()
            .contains(&"EHLO practice.example".to_owned())
    );
}

async fn of_two_nodes_one_sends(office: Office) {
    for n in 0..6 {
        let mut letter = invitation();
        letter.uid = format!("{n}@practice.example");
        office.want(&letter).await;
    }
    let node = async || {
        let post = office.post();
        while post.next().await.unwrap() {}
    };
    tokio::join!(node(), node());
    assert_eq!(office.smtp.taken().len(), 6);
}

async fn what_is_not_taken_is_tried_again_later(office: Office) {
    office.smtp.will([
        Manner::Recipient("451 4.7.1 <ben@example.org> greylisted, come back later"),
        Manner::Message("452 4.3.1 full"),
        Manner::Auth("535 never asked"),
    ]);
    let id = office.want(&invitation()).await;
    let post = office.post();
    assert!(post.next().await.unwrap());
    office.forward(59);
    assert!(!post.next().await.unwrap(), "a minute has not passed");
    office.forward(1);
    assert!(post.next().await.unwrap());
    office.forward(60);
    assert!(!post.next().await.unwrap(), "the pauses grow");
    office.forward(240);
    assert!(post.next().await.unwrap());
    assert_eq!(office.smtp.taken().len(), 1);
    let mail = office.mail(id).await;
    assert_eq!((mail.state, mail.attempts), (State::Sent, 3));
}

async fn what_is_refused_is_not_tried_again(office: Office) {
    let no = "550 5.1.1 <ben@example.org>: no such user";
    office.smtp.will([Manner::Recipient(no)]);
    let id = office.want(&invitation()).await;
    let mut letter = invitation();
    (letter.uid, letter.to.address) = ("other".to_owned(), "nobody".to_owned());
    let unfit = office.want(&letter).await;
    let post = office.post();
    while post.next().await.unwrap() {}
    for id in [id, unfit] {
        assert_eq!(office.state(id).await, State::Refused);
    }
    office.forward(400_000);
    assert!(!post.next().await.unwrap());
    assert_eq!(office.smtp.taken().len(), 0);
}

async fn after_three_days_it_is_given_up(office: Office) {
    office.smtp.will([Manner::Message("451 no"); 100]);
    let id = office.want(&invitation()).await;
    let post = office.post();
    let mut hours = 0;
    while office.state(id).await == State::Waiting {
        while post.next().await.unwrap() {}
        office.forward(3_600);
        hours += 1;
    }
    assert_eq!(office.state(id).await, State::GivenUp);
    assert!((72..=77).contains(&hours), "{hours}");
    let tries = office.mail(id).await.attempts;
    assert!((15..ATTEMPTS_MAX).contains(&tries), "{tries}");
}

/// The server has it, and nobody could say so: another try is the same message, and then it is over.
async fn a_kill_sends_no_more_than_once_again(office: Office) {
    office.smtp.will([Manner::TakesAndDies]);
    let id = office.want(&invitation()).await;
    let post = office.post();
    assert!(post.next().await.unwrap());
    assert_eq!(office.state(id).await, State::Waiting);
    office.forward(60);
    while post.next().await.unwrap() {}
    office.forward(400_000);
    while post.next().await.unwrap() {}
    let taken = office.smtp.taken();
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0].data, taken[1].data, "one Message-ID");
    assert_eq!(office.state(id).await, State::Sent);
}

async fn a_process_that_is_always_killed_comes_to_an_end(office: Office) {
    let id = office.want(&invitation()).await;
    let mut killed = 0;
    loop {
        // What the post does up to the moment at which it is killed.
        let now = identity::Clock::now(&*office.clock);
        let job = jobs::claim(
            &office.store,
            &[MAIL],
            identity::Ids::uuid(&identity::SystemIds),
            now,
            120,
        );
        let job = job.await.unwrap().unwrap();
        let mail = office.mail(id).await;
        let mut tx = office.store.write().await.unwrap();
        assert_eq!(job.subject, id);
        assert!(mail::begin(&mut tx, &mail, now).await.unwrap());
        tx.commit().await.unwrap();
        killed += 1;
        office.forward(121);
        if killed == 1 {
            // Nobody takes up at once what has perhaps just been sent.
            office.forward(-100);
            assert!(!office.post().next().await.unwrap());
            office.forward(100);
        }
        if killed == ATTEMPTS_MAX {
            break;
        }
    }
    office.forward(4 * 3_600);
    while office.post().next().await.unwrap() {}
    assert_eq!(office.state(id).await, State::GivenUp);
    assert_eq!(office.smtp.taken().len(), 0);
}

/// One that was killed twice waits longer than one that was killed once.
#[tokio::test]
async fn the_pause_after_a_kill_grows() {
    let office = Office::new().await;
    let id = office.want(&invitation()).await;
    for _ in 0..3 {
        let now = identity::Clock::now(&*office.clock);
        let job = jobs::claim(
            &office.store,
            &[MAIL],
            identity::Ids::uuid(&identity::SystemIds),
            now,
            120,
        );
        assert!(job.await.unwrap().is_some());
        let mail = office.mail(id).await;
        let mut tx = office.store.write().await.unwrap();
        mail::begin(&mut tx, &mail, now).await.unwrap();
        tx.commit().await.unwrap();
        office.forward(130);
    }
    let post = office.post();
    while post.next().await.unwrap() {}
    assert_eq!(
        office.smtp.taken().len(),
        0,
        "three tries: a quarter of an hour"
    );
    office.forward(900);
    while post.next().await.unwrap() {}
    assert_eq!(office.smtp.taken().len(), 1);
}

/// It was mailed after the backup had been made. What is asked for since waits until somebody has looked at what would be written.
async fn what_waited_in_a_backup_is_not_mailed_once_more(office: Office) {
    let of_the_backup = office.want(&invitation()).await;
    office.forward(3_600);
    office.hub.mark_restored(&office.store).await.unwrap();
    office.forward(60);
    let mut letter = invitation();
    "new@practice.example".clone_into(&mut letter.uid);
    let new = office.want(&letter).await;
    let post = office.post();
    assert!(!post.next().await.unwrap());
    let system = identity::Actor::system(office.store.tenant());
    office.hub.approve_restored(&system).await.unwrap();
    while post.next().await.unwrap() {}
    assert_eq!(office.state(of_the_backup).await, State::GivenUp);
    assert_eq!(office.state(new).await, State::Sent);
    assert_eq!(office.smtp.taken().len(), 1);
}
