//! Values of the R package metafor 5.1-12 (`tests/fixtures/effects.json`): every effect size of every case, within 1e-10.
//!
//! A family of measures has a file here, which turns a case into effects; what no family answers is named, with the test that
//! does.

mod binary;
mod correlation;
mod edges;
mod laws_binary;
mod laws_means;
mod laws_one_group;
mod means;
mod means_meta;
mod one_group;
mod person_time;
mod transforms;

use std::collections::BTreeMap;

use meta_analysis::{Effect, Error, Measure};
use serde_json::Value;

use crate::score::json;

const TOLERANCE: f64 = 1e-10;
/// How many numbers are compared.
const COMPARED: usize = 6603;
/// The cases that are no effect sizes and are compared with R elsewhere, or that differ for a reason proved there: kind,
/// number of cases, and the tests.
const ELSEWHERE: [(&str, usize, &str); 6] = [
    ("average of incomplete tables", 3, "binary::r_averages_over_a_missing_arm, a DIFFERENCE"),
    ("conv.2x2", 2, "conversions::every_conversion_of_r"),
    ("conv.fivenum", 3, "conversions::every_conversion_of_r"),
    ("conv.wald", 1, "conversions::every_conversion_of_r"),
    ("summary", 5, "transforms::every_summary_of_r"),
    ("transform", 43, "transforms::every_transform_of_r and, nine of them, conversions::every_conversion_of_r"),
];

/// What a case is that no family of measures answers.
fn elsewhere(case: &Value) -> String {
    match case["options"]["kind"].as_str() {
        Some(kind) => kind.to_owned(),
        None if binary::averages_over_a_missing_arm(case) => "average of incomplete tables".to_owned(),
        None => case["name"].to_string(),
    }
}

/// What the crate makes of a case: the pair (y, v) of each study, or the error that says why there is none.
pub(crate) type Answers = Vec<Result<(f64, f64), Error>>;

/// The pair of an effect, for [`Answers`].
pub(crate) fn pair<M: Measure>(effect: Result<Effect<M>, Error>) -> Result<(f64, f64), Error> {
    effect.map(|effect| (effect.y(), effect.v()))
}

/// The answer of the family that knows the measure of this case; `None` if none does.
fn answer(case: &Value) -> Option<Answers> {
    means::answer(case)
        .or_else(|| binary::answer(case))
        .or_else(|| person_time::answer(case))
        .or_else(|| correlation::answer(case))
        .or_else(|| one_group::answer(case))
}

#[test]
fn every_effect_of_r() {
    let file = json(include_str!("../../fixtures/effects.json"));
    let (mut compared, mut others, mut failures) = (0, BTreeMap::new(), Vec::new());
    for case in file["cases"].as_array().expect("cases") {
        let name = case["name"].as_str().expect("a name");
        let Some(answers) = answer(case) else {
            *others.entry(elsewhere(case)).or_insert(0) += 1;
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
    println!("{compared} effects compared with R; compared elsewhere: {others:?}");
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures[..failures.len().min(60)].join("\n"));
    assert_eq!(compared, COMPARED, "effects compared");
    let expected: BTreeMap<_, _> = ELSEWHERE.iter().map(|(kind, cases, _)| ((*kind).to_owned(), *cases)).collect();
    assert_eq!(others, expected, "cases compared elsewhere, by kind");
}

fn near(computed: f64, expected: f64, tolerance: f64) -> bool {
    // DIFFERENCE: R leaves a residue where the value is exactly 0, as in a tetrachoric correlation of equal risks.
    let residue = computed == 0.0 && expected.abs() < 1e-15;
    residue || (computed - expected).abs() <= tolerance * expected.abs().max(1e-6)
}
