//! Measures of events in person-time.

use meta_analysis::{
    EffectSize, FromPersonTime, PersonTime, PersonTimeMeasure, RateDifference, RateRatio, RateRootDifference,
};
use serde_json::Value;

use super::Answers;
use super::binary::{in_rows, zero_cells};

pub(super) fn answer(case: &Value) -> Option<Answers> {
    Some(match case["options"]["measure"].as_str()? {
        "IRR" => effects(case, RateRatio, 0.5),
        "IRD" => effects(case, RateDifference, 0.5),
        "IRSD" => effects(case, RateRootDifference, 0.0),
        _ => return None,
    })
}

fn effects<M: PersonTimeMeasure>(case: &Value, measure: M, add: f64) -> Answers {
    let column = |name: &str| case["input"][name].as_array().expect("a column");
    let (x1, t1, x2, t2) = (column("x1i"), column("t1i"), column("x2i"), column("t2i"));
    let arm = |x: &Value, t: &Value| (x.as_u64().expect("events"), t.as_f64().expect("a time"));
    let rows = (0..x1.len()).map(|i| (arm(&x1[i], &t1[i]), arm(&x2[i], &t2[i])));
    let studies = PersonTime::from_rows(rows).expect("valid studies");
    let recipe = FromPersonTime::new(measure).with_zero_cells(zero_cells(&case["options"], add));
    in_rows(studies.iter().map(|_| true), recipe.studies(&studies).expect("studies"))
}
