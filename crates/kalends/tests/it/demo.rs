//! What the demo promises at the terminal.

use std::time::{Duration, Instant};

use network::Request;

use crate::{
    apps::{ALL, At, HOP, titles},
    practice::Practice,
    quiet::nothing_follows,
    until::until,
};

/// It says that it takes less than 5 s. Unoptimised and beside other tests it may be slower, but not by much.
const START: Duration = Duration::from_secs(20);

/// The link signs in, once; the `curl` line's event hops; a second start goes on where the first stopped, and writes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_demo_keeps_its_promises() {
    let practice = Practice::start().await;
    link(&practice).await;
    curl(&practice).await;
    nothing_follows(&practice).await;
    let before = everything(&practice).await;
    let dir = practice.stop().await;
    let begun = Instant::now();
    let practice = Practice::start_in(dir, &[]).await;
    assert!(begun.elapsed() < START, "{:?}", begun.elapsed());
    nothing_follows(&practice).await;
    assert_eq!(everything(&practice).await, before);
    assert_eq!(
        practice.writes().await,
        [0; 3],
        "a second start writes nothing"
    );
    let count = async |path| practice.hub_json(path).await.as_array().unwrap().len();
    assert_eq!(count("api/v1/connections").await, 3);
    assert_eq!(count("api/v1/links").await, 2);
    link(&practice).await;
    practice.stop().await;
}

/// Opens the link as a browser does.
async fn link(practice: &Practice) {
    let link = practice
        .said
        .iter()
        .find(|line| line.contains("/welcome?token="));
    let link = link.unwrap().trim();
    let answer = practice.send(Request::get(link)).await.unwrap();
    assert_eq!(answer.header("location"), Some("/"), "{}", answer.status);
    let cookie = answer
        .header("set-cookie")
        .unwrap()
        .split(';')
        .next()
        .unwrap();
    let root = practice.stage["hub"]["root"].as_str().unwrap();
    let me = Request::get(format!("{root}api/v1/me")).secret_header("cookie", cookie);
    assert_eq!(practice.send(me).await.unwrap().status, 200);
    let again = practice.send(Request::get(link)).await.unwrap();
    assert_eq!(again.header("set-cookie"), None, "a link that works twice");
}

/// Does what the `curl` line says, and looks for its event in the other two.
async fn curl(practice: &Practice) {
    let lines = practice
        .said
        .iter()
        .skip_while(|line| !line.contains("curl "));
    let line = lines
        .map(|line| line.trim_end_matches('\\'))
        .collect::<String>();
    let mut words = words(&line).into_iter();
    assert_eq!(words.next().as_deref(), Some("curl"));
    let (mut method, mut url, mut headers, mut body) = (None, None, Vec::new(), String::new());
    while let Some(word) = words.next() {
        match word.as_str() {
            "-X" => method = words.next(),
            "-H" => headers.extend(words.next()),
            "-d" => body = words.next().unwrap(),
            _ => url = Some(word),
        }
    }
    assert_eq!(method.as_deref(), Some("POST"));
    let mut request = Request::post(url.unwrap()).body("application/json", body);
    for header in &headers {
        let (name, value) = header.split_once(": ").unwrap();
        request = request.header(name, value);
    }
    let answer = practice.send(request).await.unwrap();
    assert!(answer.is_success(), "{} {:?}", answer.status, answer.text());
    until("the event of the curl line", HOP, async || {
        for at in [At::Microsoft, At::Caldav] {
            let found = titles(practice, at, |title| title == "Hello from Google").await;
            if found.len() != 1 {
                return Err(format!("{at:?} has {found:?}"));
            }
        }
        Ok(())
    })
    .await;
}

/// Words of a command, as a shell takes them apart, as far as single quotes go.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

async fn everything(practice: &Practice) -> Vec<crate::apps::Titles> {
    let mut all = Vec::new();
    for at in ALL {
        all.push(titles(practice, at, |_| true).await);
    }
    all
}
