//! Values of the R package metafor 5.1-12 (`tests/fixtures/effects.json`): every effect size of every case, within 1e-10.
//!
//! A family of measures has a file here, which turns a case into effects; what no family answers is counted.

mod binary;
mod laws_binary;
mod laws_means;
mod means;
mod means_meta;
mod person_time;

use meta_analysis::{Effect, Error, Measure};
use serde_json::Value;

use crate::score::json;

const TOLERANCE: f64 = 1e-10;
/// How many numbers are compared, and how many cases wait for a later part of the crate.
const COMPARED: usize = 5477;
const LATER: usize = 222;

/// What the crate makes of a case: the pair (y, v) of each study, or the error that says why there is none.
pub(crate) type Answers = Vec<Result<(f64, f64), Error>>;

/// The pair of an effect, for [`Answers`].
pub(crate) fn pair<M: Measure>(effect: Result<Effect<M>, Error>) -> Result<(f64, f64), Error> {
    effect.map(|effect| (effect.y(), effect.v()))
}

/// The answer of the family that knows the measure of this case; `None` if none does.
fn answer(case: &Value) -> Option<Answers> {
    binary::answer(case).or_else(|| person_time::answer(case)).or_else(|| means::answer(case))
}

#[test]
fn every_effect_of_r() {
    let file = json(include_str!("../../fixtures/effects.json"));
    let (mut compared, mut later, mut failures) = (0, 0, Vec::new());
    for case in file["cases"].as_array().expect("cases") {
        let name = case["name"].as_str().expect("a name");
        let Some(answers) = answer(case) else {
            later += 1;
            continue;
        };
        // A case that is computed iteratively in R says how well.
        let exact = !case["expected"]["exact_yi"].is_null();
        let told = if exact { None } else { case["expected"]["tol"].as_f64() };
        let tolerance = told.unwrap_or(TOLERANCE).max(TOLERANCE);
        let prefix = if exact { "exact_" } else { "" };
        let column = |field: &str| case["expected"][format!("{prefix}{field}")].as_array().expect("a column").clone();
        let (y, v) = (column("yi"), column("vi"));
        assert_eq!((y.len(), v.len()), (answers.len(), answers.len()), "{name}: studies");
        for (i, answer) in answers.iter().enumerate() {
            compared += 1;
            let (y, v) = match means::difference(name, i) {
                Some(right) => right.unzip(),
                None => (y[i].as_f64(), v[i].as_f64()),
            };
            let fine = match (answer, y, v) {
                (Ok((a, b)), Some(y), Some(v)) => near(*a, y, tolerance) && near(*b, v, tolerance),
                (Err(_), None, _) | (Err(_), _, None) => true,
                // DIFFERENCE: what R gives a variance of 0 has infinite weight, and is not estimable here.
                (Err(error), Some(_), Some(v)) => v == 0.0 && error.is_not_estimable(),
                _ => false,
            };
            if !fine {
                failures.push(format!("{name} study {}: computed {answer:?}, R {y:?} {v:?}", i + 1));
            }
        }
    }
    println!("{compared} effects compared with R, {later} cases left for later");
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures[..failures.len().min(60)].join("\n"));
    assert_eq!((compared, later), (COMPARED, LATER), "effects (compared, later)");
}

fn near(computed: f64, expected: f64, tolerance: f64) -> bool {
    // DIFFERENCE: R leaves a residue where the value is exactly 0, as in a tetrachoric correlation of equal risks.
    let residue = computed == 0.0 && expected.abs() < 1e-15;
    residue || (computed - expected).abs() <= tolerance * expected.abs().max(1e-6)
}
