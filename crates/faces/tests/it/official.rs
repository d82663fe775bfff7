//! The vendors' own clients for Python, which `cargo xtask clients` installs.

use std::env;

use tokio::process::Command;

/// The Python that can import them. Without it says what is not tested, or fails where nothing may be skipped.
pub fn python(what: &str) -> Option<String> {
    let python = env::var("KALENDS_CLIENTS_PYTHON").ok();
    let python = python.filter(|path| !path.is_empty());
    if python.is_none() {
        let missing = format!("{what}: KALENDS_CLIENTS_PYTHON is not set (cargo xtask clients)");
        assert!(env::var_os("KALENDS_REQUIRE_ALL").is_none(), "{missing}");
        eprintln!("SKIPPED: {missing}");
    }
    python
}

/// Runs a script below `tests/it`, which ends by printing "done".
pub async fn run(client: &str, script: &str, arguments: &[&str]) {
    let Some(python) = python(client) else { return };
    let script = format!("{}/tests/it/{script}", env!("CARGO_MANIFEST_DIR"));
    let run = Command::new(python)
        .arg(script)
        .args(arguments)
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    let complained = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}\n{complained}");
    assert_eq!(said.trim(), "done", "{complained}");
}
