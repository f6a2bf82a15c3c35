//! Measures of 2×2 tables.

use meta_analysis::{
    ArcsineDifference, CommonEffect, ConditionalOddsRatio, CorrectedStudies, CoxD, EffectSize, Error, FisherZPhi,
    FisherZTetrachoric, FromPairs, FromTable, LogisticD, MatchedPairs, MatchedPairsMeasure, Measure, OddsRatio,
    PairedMargins, PetoOddsRatio, PhiCoefficient, PhiVariance, Pool, ProbitD, RatioVariance, RiskDifference,
    RiskDifferenceVariance, RiskRatio, Studies, TableRecipe, TetrachoricCorrelation, TwoByTwo, YuleQ, YuleY, ZeroCells,
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

/// By `mpmath`, 60 digits: the angle by bisection and Newton's method on the integral of Plackett.
#[test]
fn tetrachoric_correlations_up_to_the_ends() {
    let mut worst: f64 = 0.0;
    for ([a, b, c, d], r, z, v, v_of_z) in [
        ([4, 119, 11, 128], -0.26312303718839186, -0.26946079961938074, 0.023566368322211553, 0.027202661072670373),
        ([5, 1, 1, 5], 0.8660254037844386, 1.3169578969248168, 0.028557883105003932, 0.4569261296800629),
        ([1_000_000, 3, 1, 100_000], 0.9999999996756573, 11.2711838708167, 1.1819437514013704e-19, 0.28088507614166447),
        ([1, 90, 80, 1_000_000], 0.4227320478333415, 0.4510138661260055, 0.01320665399103638, 0.019579052708568877),
        ([40, 2, 1, 3_000], 0.9994175380132538, 4.07055127030471, 4.7052055119511763e-7, 0.3469256639964103),
        (
            [900_000_000, 7, 900, 20],
            0.9022223092303217,
            1.4840408389098385,
            0.00031243108990861577,
            0.00903133911577224,
        ),
        (
            [3, 1_000_000, 1_000_000_000_000, 2],
            -0.9999999999992186,
            -14.285435536720074,
            4.965813573424123e-25,
            0.20333574408062613,
        ),
    ] {
        let table = TwoByTwo::new([a, b], [c, d]);
        let plain = TetrachoricCorrelation.effect(&table).expect("an effect");
        let fisher = FisherZTetrachoric.effect(&table).expect("an effect");
        for (found, exact) in [(plain.y(), r), (plain.v(), v), (fisher.y(), z), (fisher.v(), v_of_z)] {
            let error = f64::abs(found / exact - 1.0);
            worst = worst.max(error);
            assert!(error < 1e-13, "{table:?}: {found:e}, exact {exact:e}");
        }
    }
    println!("worst relative error {worst:.1e}");
}

/// By hand: Sweeting, Sutton & Lambert (2004) for arms of 40 and 120, and what a reader of the result sees.
#[test]
fn policies_are_seen_in_results() {
    let tables = [TwoByTwo::new([0, 40], [3, 117]), TwoByTwo::new([10, 90], [20, 80])];
    let line = |zero_cells: ZeroCells| {
        let studies = FromTable::new(OddsRatio).with_zero_cells(zero_cells).studies(&tables).expect("studies");
        (studies.y()[0], CommonEffect::new().pool(&studies).expect("a result").to_string())
    };
    let (y, text) = line(ZeroCells::treatment_arm());
    let expected = (0.25_f64 * 117.75 / (40.25 * 3.75)).ln();
    assert!((y / expected - 1.0).abs() < 1e-15, "{y} and {expected}");
    let sentence = "the reciprocal of the opposite arm's size was added to the cells of 1 study with a zero cell";
    assert!(text.contains(sentence), "{text}");
    let (_, text) = line(ZeroCells::constant(0.1).expect("positive").in_studies(CorrectedStudies::All));
    assert!(text.contains("0.1 was added to the cells of 2 studies"), "{text}");
    let (_, text) = line(ZeroCells::HALF.in_studies(CorrectedStudies::AllIfAny));
    assert!(text.contains("one half was added to the cells of 2 studies, because there is a zero cell"), "{text}");

    let tenth = FromTable::new(OddsRatio).with_zero_cells(ZeroCells::constant(0.1).expect("positive"));
    let mixed: Studies<OddsRatio> = [OddsRatio.effect(&tables[0]), tenth.effect(&tables[0])]
        .into_iter()
        .map(|effect| effect.expect("one"))
        .collect();
    let text = CommonEffect::new().pool(&mixed).expect("a result").to_string();
    assert!(text.contains("zero cells were corrected in 2 studies, not all in the same way"), "{text}");
}
