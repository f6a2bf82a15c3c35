//! Measures of 2×2 tables.

use meta_analysis::{
    ArcsineDifference, ConditionalOddsRatio, CorrectedStudies, CoxD, EffectSize, Error, FisherZPhi, FisherZTetrachoric,
    FromPairs, FromTable, LogisticD, MatchedPairs, MatchedPairsMeasure, Measure, OddsRatio, PairedMargins,
    PetoOddsRatio, PhiCoefficient, PhiVariance, ProbitD, RatioVariance, RiskDifference, RiskDifferenceVariance,
    RiskRatio, Studies, TableRecipe, TetrachoricCorrelation, TwoByTwo, YuleQ, YuleY, ZeroCells,
};
use serde_json::Value;

use super::Answers;

pub(super) fn answer(case: &Value) -> Option<Answers> {
    let variance = case["options"]["vtype"].as_str().unwrap_or("LS");
    if averages_over_a_missing_arm(case) {
        return None;
    }
    let ratio = match variance {
        "AV" => RatioVariance::Average,
        "H0" => RatioVariance::Null,
        _ => RatioVariance::LargeSample,
    };
    let difference = match variance {
        "UB" => RiskDifferenceVariance::Unbiased,
        "AV" => RiskDifferenceVariance::Average,
        "H0" => RiskDifferenceVariance::Null,
        _ => RiskDifferenceVariance::LargeSample,
    };
    let phi = if variance == "ST" { PhiVariance::Stratified } else { PhiVariance::CrossSectional };
    Some(match case["options"]["measure"].as_str()? {
        "RR" => effects(case, FromTable::new(RiskRatio).with_variance(ratio), 0.5),
        "OR" => effects(case, FromTable::new(OddsRatio).with_variance(ratio), 0.5),
        "RD" => effects(case, FromTable::new(RiskDifference).with_variance(difference), 0.5),
        "MPRD" => pairs(case, RiskDifference),
        "MPRR" => pairs(case, RiskRatio),
        "MPOR" => pairs(case, OddsRatio),
        "MPORC" => pairs(case, ConditionalOddsRatio),
        "MPPETO" => pairs(case, PetoOddsRatio),
        "MPORM" => margins(case),
        "AS" => effects(case, FromTable::new(ArcsineDifference), 0.0),
        "PETO" => effects(case, FromTable::new(PetoOddsRatio), 0.5),
        "PHI" => effects(case, FromTable::new(PhiCoefficient).with_variance(phi), 0.0),
        "ZPHI" => effects(case, FromTable::new(FisherZPhi).with_variance(phi), 0.0),
        "YUQ" => effects(case, FromTable::new(YuleQ), 0.5),
        "YUY" => effects(case, FromTable::new(YuleY), 0.5),
        "RTET" => effects(case, FromTable::new(TetrachoricCorrelation), 0.0),
        "ZTET" => effects(case, FromTable::new(FisherZTetrachoric), 0.0),
        "PBIT" => effects(case, FromTable::new(ProbitD), 0.5),
        "OR2D" | "OR2DL" => effects(case, FromTable::new(LogisticD), 0.5),
        "OR2DN" => effects(case, FromTable::new(CoxD), 0.5),
        _ => return None,
    })
}

/// The policy that R's options describe; double zeros are kept there unless `drop00`.
pub(super) fn zero_cells(options: &Value, add: f64) -> ZeroCells {
    let add = options["add"].as_f64().unwrap_or(add);
    let (to, policy) = (options["to"].as_str().unwrap_or("only0"), ZeroCells::constant(add));
    let policy = policy.unwrap_or(ZeroCells::NONE).in_studies(match to {
        "all" => CorrectedStudies::All,
        "if0all" => CorrectedStudies::AllIfAny,
        _ => CorrectedStudies::WithZero,
    });
    let flag = |name: &str, default| options[name].as_bool().unwrap_or(default);
    let policy = match (flag("addyi", true), flag("addvi", true), to) {
        (_, _, "none") | (false, false, _) => ZeroCells::NONE,
        (true, false, _) => policy.in_effect_only(),
        (false, true, _) => policy.in_variance_only(),
        (true, true, _) => policy,
    };
    if flag("drop00", false) { policy.excluding_double_zeros() } else { policy.keeping_double_zeros() }
}

/// The rows of some columns; `None` where a value is missing.
pub(super) fn rows<const N: usize>(case: &Value, columns: [&str; N]) -> Vec<Option<[u64; N]>> {
    let columns = columns.map(|name| case["input"][name].as_array().expect("a column"));
    let row = |i: usize| {
        let cells: Option<Vec<u64>> = columns.iter().map(|column| column[i].as_u64()).collect();
        cells.and_then(|cells| cells.try_into().ok())
    };
    (0..columns[0].len()).map(row).collect()
}

fn effects<R: TableRecipe>(case: &Value, recipe: FromTable<R>, add: f64) -> Answers {
    let options = &case["options"];
    let flip = options["flip"].as_bool().unwrap_or(false);
    let table =
        |[a, b, c, d]: [u64; 4]| if flip { TwoByTwo::new([c, d], [a, b]) } else { TwoByTwo::new([a, b], [c, d]) };
    let rows: Vec<Option<TwoByTwo>> =
        rows(case, ["ai", "bi", "ci", "di"]).into_iter().map(|row| row.map(table)).collect();
    let tables: Vec<TwoByTwo> = rows.iter().flatten().copied().collect();
    let studies = recipe.with_zero_cells(zero_cells(options, add)).studies(&tables).expect("studies");
    in_rows(rows.iter().map(Option::is_some), studies)
}

fn pairs<M: MatchedPairsMeasure>(case: &Value, measure: M) -> Answers {
    let pairs: Vec<MatchedPairs> = rows(case, ["ai", "bi", "ci", "di"])
        .into_iter()
        .flatten()
        .map(|[a, b, c, d]| MatchedPairs::new([a, b], [c, d]))
        .collect();
    let recipe = FromPairs::new(measure).with_zero_cells(zero_cells(&case["options"], 0.5));
    in_rows(pairs.iter().map(|_| true), recipe.studies(&pairs).expect("studies"))
}

fn margins(case: &Value) -> Answers {
    let number = |name: &str, i: usize| case["input"][name][i].as_f64();
    let margins = |(i, row): (usize, Option<[u64; 4]>)| {
        let [a, b, c, d] = row.expect("a row");
        let arms = TwoByTwo::new([a, b], [c, d]);
        match number("ri", i) {
            Some(correlation) => PairedMargins::with_correlation(arms, correlation),
            None => PairedMargins::with_joint_proportion(arms, number("pi", i).expect("a proportion")),
        }
    };
    let data: Result<Vec<PairedMargins>, Error> =
        rows(case, ["ai", "bi", "ci", "di"]).into_iter().enumerate().map(margins).collect();
    let data = data.expect("margins");
    in_rows(data.iter().map(|_| true), OddsRatio.studies(&data).expect("studies"))
}

/// The effects at the places of their rows, with what is missing or was left out as errors.
pub(super) fn in_rows<M: Measure>(present: impl Iterator<Item = bool>, studies: Studies<M>) -> Answers {
    let (mut pairs, mut given) = (studies.y().iter().zip(studies.v()), 0);
    let mut excluded = studies.excluded().iter().peekable();
    let mut next = || {
        let index = given;
        given += 1;
        match excluded.next_if(|error| error.study() == Some(index)) {
            Some(error) => Err(error.clone()),
            None => pairs.next().map(|(&y, &v)| (y, v)).ok_or_else(|| Error::other("too few effects")),
        }
    };
    present.map(|present| if present { next() } else { Err(Error::other("missing")) }).collect()
}

/// DIFFERENCE: the mean proportions of R count the treated arm of study 10, whose control arm is missing a count and which
/// has no effect. Here a table is whole or it is not there. With that arm R's variance follows by hand.
fn averages_over_a_missing_arm(case: &Value) -> bool {
    case["options"]["vtype"] == "AV" && case["name"].as_str().is_some_and(|name| name.starts_with("syntheticA"))
}

#[test]
fn r_averages_over_a_missing_arm() {
    let file = crate::score::json(include_str!("../../fixtures/effects.json"));
    let of_r = |name: &str| {
        let cases = file["cases"].as_array().expect("cases").iter();
        let case = cases.into_iter().find(|case| case["name"] == name).expect("the case");
        case["expected"]["vi"][7].as_f64().expect("a variance")
    };
    // Events and non-events of the arms over all tables, with the corrections, and 12 and 8 of study 10 in the first.
    let ([a, b], [c, d]) = ([500_064.0, 1_501_161.0_f64], [499_066.0, 1_504_147.0_f64]);
    // The arms of study 8 have 100 patients each.
    let (n1, n2) = (100.0 * (a + b), 100.0 * (c + d));
    for (measure, v) in [
        ("RR", b / a / 100.0 + d / c / 100.0),
        ("OR", (a + b) * (a + b) / (a * b) / 100.0 + (c + d) * (c + d) / (c * d) / 100.0),
        ("RD", a * b / (a + b) / n1 + c * d / (c + d) / n2),
    ] {
        let expected = of_r(&format!("syntheticA|2x2|{measure}|vtype=AV"));
        assert!((v / expected - 1.0).abs() < 1e-14, "{measure}: {v} and {expected}");
    }
}
