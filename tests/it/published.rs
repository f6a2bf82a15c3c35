//! Figures of published meta-analyses (`tests/fixtures/published.json`): every printed figure that the crate can compute
//! must be what the crate's result rounds to. What it cannot compute yet is counted, too.

mod colditz1994;
mod compute;
mod effects;
mod file;
mod later;

use crate::score::json;
use file::{Example, Figure};

/// How many figures are checked, and how many wait for a later part of the crate. A new ability moves figures from the
/// second number to the first.
const CHECKED: usize = 726;
const LATER: usize = 10;

/// The same of the figures that the exact formulas do not reproduce.
const CHECKED_EXACT: usize = 23;
const LATER_EXACT: usize = 0;

/// The exact values of the file have 17 digits; pooled figures hold 12 of them and more.
const EXACT: f64 = 1e-11;

#[test]
fn every_printed_figure() {
    let file = json(include_str!("../fixtures/published.json"));
    let (mut checked, mut later, mut failures) = (0, 0, Vec::new());
    println!("{:<34} {:>7} {:>7}", "example", "checked", "later");
    for example in Example::all(&file) {
        let (mut checked_here, mut reasons) = (0, Vec::new());
        for figure in example.figures() {
            if let Some(reason) = later::later(&figure) {
                reasons.push(reason);
                continue;
            }
            checked_here += 1;
            let computed = compute::compute(&example, &figure);
            if !figure.is_rounded_from(computed) {
                failures.push(format!("{}: {figure}: computed {computed}", example.name()));
            }
        }
        checked += checked_here;
        later += reasons.len();
        println!("{:<34} {checked_here:>7} {:>7}  {}", example.name(), reasons.len(), distinct(reasons));
    }
    println!("{:<34} {checked:>7} {later:>7}", "all");
    assert!(failures.is_empty(), "{} figures are not as printed:\n{}", failures.len(), failures.join("\n"));
    assert_eq!((checked, later), (CHECKED, LATER), "figures (checked, later)");
}

/// Figures whose last printed digits are those of an iteration that stopped early, or a misprint: the crate gives the
/// exact value instead.
#[test]
fn figures_that_no_exact_computation_reproduces() {
    let file = json(include_str!("../fixtures/published.json"));
    let examples: Vec<Example<'_>> = Example::all(&file).collect();
    let (mut checked, mut later) = (0, 0);
    for dropped in file["dropped"].as_array().expect("a list") {
        let (figure, exact) = Figure::dropped(dropped);
        let name = dropped["name"].as_str().expect("a name");
        let example = examples.iter().find(|example| example.name() == name).expect("a known example");
        if later::later(&figure).is_some() {
            later += 1;
            continue;
        }
        checked += 1;
        let computed = compute::compute(example, &figure);
        assert!((computed - exact).abs() <= EXACT * exact.abs(), "{name}: {figure}: {computed}, exactly {exact}");
        assert!(!figure.is_rounded_from(computed), "{name}: {figure} is {computed} rounded, after all");
    }
    assert_eq!((checked, later), (CHECKED_EXACT, LATER_EXACT), "figures (checked, later)");
}

/// Each reason once, with its number.
fn distinct(mut reasons: Vec<&str>) -> String {
    reasons.sort_unstable();
    let groups = reasons.chunk_by(|a, b| a == b);
    groups.map(|group| format!("{} ({})", group[0], group.len())).collect::<Vec<_>>().join(", ")
}
