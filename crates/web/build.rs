//! Builds the web app and hands its files to `src/lib.rs`.
//!
//! - `KALENDS_UI_DIST=DIR` takes a prebuilt bundle and needs no Node.
//! - Otherwise `npm ci` (only when the lockfile changed) and Vite, into `OUT_DIR`.
//! - Without Node the build still succeeds, with a plain page and a warning; `KALENDS_UI_REQUIRED=1` makes that an error.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the bundle is made of: nothing else makes Vite run again, so a change in Rust alone never does.
const INPUTS: [&str; 8] = [
    "src",
    "public",
    "index.html",
    "package.json",
    "package-lock.json",
    "svelte.config.js",
    "tsconfig.json",
    "vite.config.ts",
];

const PLAIN_PAGE: &str = include_str!("plain.html");

fn main() {
    let ui = PathBuf::from(variable("CARGO_MANIFEST_DIR")).join("ui");
    let out = PathBuf::from(variable("OUT_DIR"));
    println!("cargo::rerun-if-env-changed=KALENDS_UI_DIST");
    println!("cargo::rerun-if-env-changed=KALENDS_UI_REQUIRED");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=plain.html");

    let dist = match env::var_os("KALENDS_UI_DIST") {
        Some(dist) => prebuilt(Path::new(&dist)),
        None => built(&ui, &out.join("ui")),
    };
    let dist = dist.unwrap_or_else(|why| plain(&out.join("plain"), &why));
    embed(&dist, &out);
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("cargo sets {name} for build scripts"))
}

/// A bundle made elsewhere, by the release job for example.
fn prebuilt(dist: &Path) -> Result<PathBuf, String> {
    let dist = dist
        .canonicalize()
        .map_err(|error| format!("KALENDS_UI_DIST={}: {error}", dist.display()))?;
    println!("cargo::rerun-if-changed={}", dist.display());
    if dist.join("index.html").is_file() {
        Ok(dist)
    } else {
        Err(format!(
            "KALENDS_UI_DIST={} has no index.html",
            dist.display()
        ))
    }
}

fn built(ui: &Path, dist: &Path) -> Result<PathBuf, String> {
    for input in INPUTS {
        println!("cargo::rerun-if-changed={}", ui.join(input).display());
    }
    run(Command::new("node").arg("--version")).map_err(|why| format!("Node is missing: {why}"))?;
    install(ui)?;
    run(Command::new("node")
        .args(["node_modules/vite/bin/vite.js", "build"])
        .env("KALENDS_UI_OUT", dist)
        .current_dir(ui))?;
    Ok(dist.to_owned())
}

/// `npm ci`, unless what is installed came from this very lockfile.
fn install(ui: &Path) -> Result<(), String> {
    let lock = fs::read(ui.join("package-lock.json"))
        .map_err(|error| format!("package-lock.json: {error}"))?;
    let stamp = ui.join("node_modules/.kalends-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    run(Command::new(npm)
        .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
        .current_dir(ui))?;
    fs::write(&stamp, lock).map_err(|error| format!("{}: {error}", stamp.display()))
}

fn run(command: &mut Command) -> Result<(), String> {
    let shown = format!("{command:?}");
    let output = command
        .output()
        .map_err(|error: io::Error| format!("{shown}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last: Vec<&str> = said
        .lines()
        .rev()
        .filter(|line| !line.trim().is_empty())
        .take(12)
        .collect();
    let tail: Vec<&str> = last.into_iter().rev().collect();
    Err(format!("{shown} failed:\n{}", tail.join("\n")))
}

/// The page that stands in for the app, so that everything else can be built and used without Node.
fn plain(folder: &Path, why: &str) -> PathBuf {
    let required = env::var("KALENDS_UI_REQUIRED").is_ok_and(|value| value == "1");
    assert!(
        !required,
        "the web app could not be built and KALENDS_UI_REQUIRED=1: {why}"
    );
    for line in why.lines() {
        println!("cargo::warning=web app: {line}");
    }
    println!(
        "cargo::warning=web app: built with a plain page instead; install Node 20.19 or newer, or set KALENDS_UI_DIST"
    );
    fs::create_dir_all(folder).expect("OUT_DIR is writable");
    fs::write(folder.join("index.html"), PLAIN_PAGE).expect("OUT_DIR is writable");
    folder.to_owned()
}

/// The folder is known only now, and the derive takes a literal: so the derive is written here.
fn embed(dist: &Path, out: &Path) {
    let source = format!(
        "#[derive(rust_embed::RustEmbed)]\n#[folder = {:?}]\nstruct Bundle;\n",
        dist.display().to_string()
    );
    fs::write(out.join("bundle.rs"), source).expect("OUT_DIR is writable");
}
