//! Review Manager 5, metafor and meta by name, against the values of R.

use meta_analysis::{
    Convention, ConventionTableMeasure, Error, Level, MeanDifference, MeansModel, Measure, OddsRatio, Pool, Pooled,
    RiskDifference, RiskRatio, StandardisedMeanDifference, TableAnalysis, TableModel, TwoByTwo, TwoMeans, ZeroCells,
    explain,
};
use serde_json::Value;

use crate::mantel_haenszel::tables;
use crate::score::json;

/// How many analyses are compared: of tables by Review Manager 5, metafor and meta; of means by Review Manager 5.
const ANALYSES: [usize; 4] = [36, 18, 6, 6];

/// Compares a number to 1e-12 of itself or of `scale`.
fn near(what: &str, computed: f64, expected: &Value, scale: f64) {
    let expected = expected.as_f64().expect("a number");
    let error = (computed - expected).abs();
    assert!(error <= 1e-12 * expected.abs().max(scale), "{what}: computed {computed}, R {expected}");
}

fn meta<M: Measure>(name: &str, pooled: &Pooled<M>, expected: &Value, model: &str) {
    let (x, h) = (pooled.analysis(), pooled.heterogeneity());
    let (interval, se) = (x.interval.expect("an interval"), x.std_error.expect("a standard error"));
    let test = pooled.test().expect("a test");
    let field = |field: &str| &expected[format!("{field}_{model}")];
    near(name, x.estimate, field("TE"), se);
    near(name, se, field("seTE"), 0.0);
    near(name, interval.lower, field("lower"), se);
    near(name, interval.upper, field("upper"), se);
    near(name, test.statistic, field("statistic"), 1.0);
    // Three more digits are lost in the tail.
    assert!((test.p_value() / field("pval").as_f64().expect("p") - 1.0).abs() < 1e-9, "{name}: p-value");
    near(name, h.q(), &expected["Q"], 1.0);
    near(name, h.i2_from_q().expect("I2"), &expected["I2"], 1.0);
    if model == "random" {
        near(name, h.tau2().expect("tau2"), &expected["tau2"], h.typical_variance().expect("a variance"));
    }
}

fn counts(input: &Value) -> Vec<TwoByTwo> {
    let count = |column: &str, i: usize| input[column][i].as_u64().expect("a count");
    let k = input["n_e"].as_array().expect("a column").len();
    let table =
        |i| TwoByTwo::from_totals([count("event_e", i), count("n_e", i)], [count("event_c", i), count("n_c", i)]);
    (0..k).map(|i| table(i).expect("a table")).collect()
}

fn revman<M: ConventionTableMeasure>(name: &str, measure: M, case: &Value) {
    let tables = counts(&case["input"]);
    let pool = |model| Convention::RevMan5.tables(measure, model).pool(&tables).expect("a result");
    let (common, random) = match case["options"]["method"].as_str() {
        Some("MH") => (TableModel::MantelHaenszel, TableModel::MantelHaenszelRandom),
        _ => (TableModel::InverseVariance, TableModel::InverseVarianceRandom),
    };
    meta(name, &pool(common), &case["expected"], "common");
    meta(name, &pool(random), &case["expected"], "random");
}

fn metafor<M: ConventionTableMeasure>(name: &str, measure: M, case: &Value) {
    let pooled = Convention::Metafor.tables(measure, TableModel::MantelHaenszel).pool(&tables(&case["input"]));
    let (pooled, expected) = (pooled.expect("a result"), &case["expected"]);
    let x = pooled.analysis();
    let (interval, se) = (x.interval.expect("an interval"), x.std_error.expect("a standard error"));
    near(name, x.estimate, &expected["beta"], se);
    near(name, se, &expected["se"], 0.0);
    near(name, interval.lower, &expected["ci_lb"], se);
    near(name, interval.upper, &expected["ci_ub"], se);
    near(name, pooled.heterogeneity().q(), &expected["QE"], 1.0);
    near(name, pooled.k() as f64, &expected["k"], 0.0);
}

#[test]
fn every_convention_gives_the_values_of_its_program() {
    let file = json(include_str!("../fixtures/mantel_haenszel.json"));
    let mut analyses = [0; 4];
    for case in file["cases"].as_array().expect("cases") {
        let (name, options) = (case["name"].as_str().expect("a name"), &case["options"]);
        let is = |option: &str, value: bool| options[option] == value;
        let plain = options["incr"] == 0.5 && options["method.incr"] == "only0" && options["allstudies"].is_null();
        match (options["fn"].as_str().expect("a function"), options["measure"].as_str()) {
            ("rma.mh", Some("OR" | "RR" | "RD")) if options.as_object().expect("options").len() == 2 => {
                analyses[1] += 1;
                match options["measure"].as_str() {
                    Some("OR") => metafor(name, OddsRatio, case),
                    Some("RR") => metafor(name, RiskRatio, case),
                    _ => metafor(name, RiskDifference, case),
                }
            }
            ("metabin", _) if plain && is("RR.Cochrane", true) => {
                let mantel_haenszel = options["method"] == "MH" && is("Q.Cochrane", true) && is("MH.exact", false);
                if !mantel_haenszel && options["method"] != "Inverse" {
                    continue;
                }
                analyses[0] += 1;
                match options["sm"].as_str() {
                    Some("OR") => revman(name, OddsRatio, case),
                    Some("RR") => revman(name, RiskRatio, case),
                    _ => revman(name, RiskDifference, case),
                }
            }
            // The default of meta, but for its estimator of tau2, which the common effect does not have.
            ("metabin", _) if plain && options["sm"] == "RR" && options["method"] == "MH" => {
                analyses[2] += 1;
                let analysis = Convention::Meta.tables(RiskRatio, TableModel::MantelHaenszel);
                meta(name, &analysis.pool(&counts(&case["input"])).expect("a result"), &case["expected"], "common");
            }
            ("metacont", _)
                if options["method.tau"] == "DL" && is("exact.smd", false) && options["method.smd"] == "Hedges" =>
            {
                let data = means(&case["input"]);
                analyses[3] += match options["sm"].as_str() {
                    Some("MD") => revman_means(name, MeanDifference, &data, case),
                    Some("SMD") => revman_means(name, StandardisedMeanDifference, &data, case),
                    _ => 0,
                };
            }
            _ => {}
        }
    }
    println!("analyses compared: {analyses:?}");
    assert_eq!(analyses, ANALYSES, "analyses compared");
}

fn means(input: &Value) -> Vec<TwoMeans> {
    let k = input["n_e"].as_array().expect("a column").len();
    let study = |i: usize| {
        let number = |column: &str| input[column][i].as_f64().expect("a number");
        let arm = |n: &str, mean, sd| (input[n][i].as_u64().expect("a count"), number(mean), number(sd));
        TwoMeans::new(arm("n_e", "mean_e", "sd_e"), arm("n_c", "mean_c", "sd_c")).expect("a study")
    };
    (0..k).map(study).collect()
}

fn revman_means<M: meta_analysis::ConventionMeansMeasure>(
    name: &str,
    measure: M,
    data: &[TwoMeans],
    case: &Value,
) -> usize {
    let pool = |model| Convention::RevMan5.means(measure, model).pool(data).expect("a result");
    meta(name, &pool(MeansModel::CommonEffect), &case["expected"], "common");
    meta(name, &pool(MeansModel::RandomEffects), &case["expected"], "random");
    1
}

const TRIALS: [TwoByTwo; 4] = [
    TwoByTwo::new([0, 20], [4, 18]),
    TwoByTwo::new([3, 12], [0, 14]),
    TwoByTwo::new([8, 32], [11, 31]),
    TwoByTwo::new([0, 12], [0, 11]),
];

#[test]
fn an_explanation_starts_and_ends_at_the_two_results() {
    fn check<M: ConventionTableMeasure>(measure: M) {
        for &model in &[
            TableModel::MantelHaenszel,
            TableModel::InverseVariance,
            TableModel::MantelHaenszelRandom,
            TableModel::InverseVarianceRandom,
        ] {
            for &from in Convention::ALL {
                for &to in Convention::ALL {
                    let (a, b) = (from.tables(measure, model), to.tables(measure, model));
                    let explanation = explain(&TRIALS, &a, &b).expect("an explanation");
                    let estimate = |x: &TableAnalysis<M>| x.pool(&TRIALS).expect("a result").natural().estimate;
                    let lines = explanation.lines();
                    if from == to {
                        assert!(lines.is_empty(), "{from}: the same choices");
                        continue;
                    }
                    let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
                        assert_eq!(estimate(&a), estimate(&b), "{from} and {to} differ without a reason");
                        continue;
                    };
                    assert_eq!(first.estimates()[0], estimate(&a), "{from} to {to}: start");
                    assert_eq!(last.estimates()[1], estimate(&b), "{from} to {to}: end");
                }
            }
        }
    }
    check(OddsRatio);
    check(RiskRatio);
    check(RiskDifference);
}

#[test]
fn an_explanation_reads_well() {
    let by = |convention: Convention| convention.tables(OddsRatio, TableModel::MantelHaenszel);
    let explanation = explain(&TRIALS, &by(Convention::RevMan5), &by(Convention::Metafor)).expect("an explanation");
    assert_eq!(
        explanation.to_string(),
        "the odds ratio is 0.7392 (0.3235 to 1.6891) in the first analysis and 0.7217 (0.3060 to 1.7020) in the second
  zero cells in the Mantel-Haenszel sums: one half was added to the cells of studies with a zero cell, double zeros left \
         out becomes nothing was added to the cells of studies, double zeros kept
    0.7392 (0.3235 to 1.6891) becomes 0.7217 (0.3060 to 1.7020); studies 3 to 4"
    );
    let same = explain(&TRIALS, &by(Convention::Meta), &by(Convention::Meta)).expect("an explanation");
    assert!(same.to_string().ends_with("in the second: they make the same choices"), "{same}");
    let data = [((12, 6.0, 2.6), (12, 8.2, 3.9)), ((9, 3.75, 1.64), (9, 16.45, 6.79))];
    let data = TwoMeans::from_rows(data).expect("valid");
    let by = |convention: Convention| convention.means(StandardisedMeanDifference, MeansModel::RandomEffects);
    let explanation = explain(&data, &by(Convention::RevMan5), &by(Convention::Metafor)).expect("an explanation");
    println!("{explanation}");
    let choices: Vec<&str> = explanation.lines().iter().map(meta_analysis::ExplanationLine::choice).collect();
    let expected =
        ["the small-sample correction", "the variance of g", "the estimator of tau2", "the definition of I2"];
    assert_eq!(choices, expected, "one line for each choice");
}

#[test]
fn names_and_errors() {
    for &convention in Convention::ALL {
        assert_eq!(convention.to_string().parse::<Convention>(), Ok(convention), "a name comes back");
    }
    let text = |result: Result<Convention, Error>| result.expect_err("an error").to_string();
    assert_eq!(text("Stata".parse()), "unknown convention \"Stata\"");
    let mut analysis = Convention::RevMan5.tables(RiskRatio, TableModel::MantelHaenszel);
    analysis.level = Level::P95;
    analysis.sums = ZeroCells::NONE;
    let one_sided = [TwoByTwo::new([0, 9], [3, 9]), TwoByTwo::new([0, 5], [1, 9])];
    assert_eq!(
        analysis.pool(&one_sided).expect_err("an error").to_string(),
        "the risk ratio is not estimable: the Mantel-Haenszel sum of the treated arms is zero"
    );
}

#[test]
fn one_study_has_no_heterogeneity_line() {
    let pooled = Convention::RevMan5.tables(OddsRatio, TableModel::MantelHaenszelRandom).pool(&TRIALS[2..3]);
    let footer = pooled.expect("a result").revman_footer().to_string();
    assert_eq!(footer, "Heterogeneity: Not applicable\nTest for overall effect: Z = 0.66 (P = 0.51)");
}
