//! What is printed: one line a figure, with its target where there is one.

/// A figure that should be at least so much, or at most.
pub enum Target {
    /// The more the better.
    AtLeast(f64),
    /// The less the better.
    AtMost(f64),
}

/// Begins a part of the table.
pub fn part(title: &str) {
    println!("\n{title}");
}

/// A figure.
pub fn row(what: &str, value: f64, unit: &str) {
    println!("  {what:<58} {:>12} {unit}", number(value));
}

/// A figure with its target.
pub fn judged(what: &str, value: f64, unit: &str, target: &Target) {
    let (word, wanted, met) = match target {
        Target::AtLeast(wanted) => ("≥", *wanted, value >= *wanted),
        Target::AtMost(wanted) => ("≤", *wanted, value <= *wanted),
    };
    let verdict = if met { "met" } else { "MISSED" };
    println!(
        "  {what:<58} {:>12} {unit}   target {word} {}: {verdict}",
        number(value),
        number(wanted)
    );
}

/// Something that this machine lacks.
pub fn skipped(what: &str, why: &str) {
    println!("  SKIPPED: {what}: {why}");
}

/// Thousands apart, and decimals where there are few digits before them.
fn number(value: f64) -> String {
    if value.abs() < 100.0 {
        return format!("{value:.2}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
