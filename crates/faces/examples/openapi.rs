//! Prints the description of the REST API, for `cargo xtask openapi`.
#![expect(clippy::print_stdout, reason = "that is what it is for")]

fn main() {
    println!("{:#}", kalends_faces::rest::document());
}
