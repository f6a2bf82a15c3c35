//! Diagnostics of regressions of the R package metafor 5.1-12 (`tests/fixtures/diagnostics.json`): every field of every
//! case with moderators, within 1e-8 but for the marked difference.

use meta_analysis::sensitivity::BaujatPoint;
use meta_analysis::{Design, KnownTau2, MeanDifference, MetaRegression, Regression, Tau2Estimator};
use serde_json::Value;

use super::permutations::{Data, case, inference, method};
use crate::score::{floats, json};

/// DIFFERENCE: metafor's REML does not converge for the BCG trials on latitude and year without the second one. The
/// values, with the normal distribution and by Hartung and Knapp, are of mpmath at 50 digits, for which the restricted
/// score has one root.
const NOT_CONVERGED: [(&str, [f64; 2]); 12] = [
    ("tau2_del", [0.130_786_693_094_451_07; 2]),
    ("QE_del", [27.574_432_529_451_06; 2]),
    ("resid", [-0.282_816_403_731_445_34; 2]),
    ("se", [0.657_319_602_615_815_3, 0.734_064_445_475_138]),
    ("rstudent", [-0.430_257_066_130_345_6, -0.385_274_624_693_730_64]),
    ("dffits", [-0.236_841_650_516_851_13, -0.212_080_370_545_453_87]),
    ("cook_d", [0.061_956_488_633_357_29, 0.050_409_446_928_164_14]),
    ("cov_r", [1.920_692_369_520_163_2, 2.006_683_374_526_560_6]),
    ("dfbs 0", [-0.094_908_035_444_242_92, -0.084_985_606_546_953_21]),
    ("dfbs 1", [-0.100_114_802_467_545_98, -0.089_648_017_390_806_86]),
    ("dfbs 2", [0.096_314_410_466_742_87, 0.086_244_948_116_507_25]),
    // Of the Baujat plot, with the normal distribution only.
    ("y", [0.040_484_148_558_531_42, f64::NAN]),
];

/// Its value in place of one that metafor does not have. No cut-off is passed.
fn not_converged(name: &str, field: &str) -> f64 {
    let field = if field == "z" { "rstudent" } else { field };
    let entry = NOT_CONVERGED.iter().find(|(name, _)| *name == field);
    entry.map_or(f64::NAN, |(_, [normal, hartung_knapp])| if name.ends_with("|z") { *normal } else { *hartung_knapp })
}

#[derive(Default)]
struct Tally {
    compared: usize,
    filled: usize,
    worst: (f64, String),
    failures: Vec<String>,
}

impl Tally {
    fn check(&mut self, what: &str, field: &str, computed: f64, expected: &Value, scale: f64) {
        self.compared += 1;
        let exact = expected.as_f64().unwrap_or_else(|| {
            self.filled += 1;
            not_converged(what, field)
        });
        let miss = if computed == exact { 0.0 } else { (computed - exact).abs() / exact.abs().max(scale) };
        if miss > self.worst.0 {
            self.worst = (miss, format!("{what} {field}"));
        }
        if miss.is_nan() || miss > 1e-8 {
            self.failures.push(format!("{what} {field}: computed {computed}, R {expected}, off by {miss:.1e}"));
        }
    }
}

#[test]
fn every_diagnostic_of_regressions_of_metafor() {
    let file = json(include_str!("../../fixtures/diagnostics.json"));
    let (mut tally, mut cases) = (Tally::default(), 0);
    for entry in file["cases"].as_array().expect("cases").iter().filter(|case| case["input"]["mods"].is_array()) {
        cases += 1;
        let inference = inference(&entry["options"]);
        match method(&entry["options"]) {
            None => of_model(&mut tally, entry, MetaRegression::common_effect().with_inference(inference)),
            Some(method) => of_model(&mut tally, entry, MetaRegression::new(method).with_inference(inference)),
        }
    }
    let Tally { compared, filled, worst, failures } = tally;
    println!("{compared} values of {cases} cases compared with R, the worst off by {:.1e}: {}", worst.0, worst.1);
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures[..failures.len().min(60)].join("\n"));
    assert_eq!((cases, compared, filled), (75, 5879, 25), "cases, values, and those that R does not have");
}

/// DIFFERENCE: on the data of Raudenbush (1985) metafor's REML stops at a τ² of 5.5e-16. It is 0: the restricted score
/// is negative there, -301, and wherever else it was looked at (mpmath). Predictions are compared for metafor's τ²,
/// which to all digits is the variance of the deviations from the line.
fn of_model<T: Tau2Estimator>(tally: &mut Tally, entry: &Value, model: MetaRegression<T>) {
    let ((studies, design), expected) = (case(entry), &entry["expected"]);
    let (name, function) =
        (entry["name"].as_str().expect("a name"), entry["options"]["fn"].as_str().expect("a function"));
    let fit = model.fit(&studies, &design).expect("a fit");
    for (field, values) in expected.as_object().expect("fields") {
        if field == "matrix_rowsum" {
            let tau2 = fit.tau2().map_or(0.0, |tau2| tau2.value);
            let sum = studies.v().iter().map(|v| 1.0 / (v + tau2)).sum();
            tally.check(name, field, sum, values, 0.0);
            continue;
        }
        let values = values.as_array().expect("an array");
        let computed: Vec<(Vec<f64>, f64)> = match function {
            "influence" => influence(&model, &studies, &design, field, values),
            "rstandard" | "rstudent" => residuals(&model, &studies, &design, (function, field)),
            "baujat" => {
                let points = model.baujat(&studies, &design).expect("points");
                let of = |x: &BaujatPoint| match field.as_str() {
                    "x" => (vec![x.heterogeneity], 1e-3),
                    _ => (vec![x.influence.expect("a number")], 1e-3),
                };
                points.rows().iter().map(of).collect()
            }
            "blup" if name.starts_with("raudenbush1985-weeks|blup|REML") => {
                let tau2 = KnownTau2::new(floats(&expected["ranef_se"])[0].powi(2)).expect("a variance");
                assert_eq!(fit.tau2().expect("tau2").value, 0.0, "{name}: the estimate is 0");
                let model = MetaRegression::new(tau2).with_inference(inference(&entry["options"]));
                blups(&model.fit(&studies, &design).expect("a fit"), field)
            }
            "blup" => blups(&fit, field),
            "weights" => match field.as_str() {
                "weights_pct" => fit.weights().expect("weights").iter().map(|w| (vec![100.0 * w], 0.0)).collect(),
                _ => fit.residuals().expect("residuals").iter().map(|x| (vec![x.leverage], 0.0)).collect(),
            },
            other => panic!("{name}: nobody looks at {other}"),
        };
        assert_eq!(computed.len(), values.len(), "{name} {field}: rows");
        for ((computed, scale), value) in computed.iter().zip(values) {
            match value.as_array() {
                Some(values) => {
                    for (j, (x, value)) in computed.iter().zip(values).enumerate() {
                        tally.check(name, &format!("{field} {j}"), *x, value, *scale);
                    }
                }
                None if field == "influential" => tally.check(name, field, computed[0], &1.into(), *scale),
                None => tally.check(name, field, computed[0], value, *scale),
            }
        }
    }
}

fn influence<T: Tau2Estimator>(
    model: &MetaRegression<T>,
    studies: &Data,
    design: &Design,
    field: &str,
    expected: &[Value],
) -> Vec<(Vec<f64>, f64)> {
    let found = model.influence(studies, design).expect("rows");
    let some = |x: Option<f64>| vec![x.expect("a number")];
    let rows = found.rows().iter().enumerate().map(|(i, row)| match field {
        "rstudent" => (some(row.studentised), 1.0),
        "dffits" => (some(row.dffits), 1.0),
        "cook_d" => (some(row.cooks_distance), 1e-3),
        "cov_r" => (some(row.covariance_ratio), 0.0),
        "tau2_del" => (vec![row.tau2_deleted.unwrap_or(0.0)], studies.v()[i]),
        "QE_del" => (some(row.q_deleted), 1e-3),
        "hat" => (vec![row.hat], 0.0),
        "weight" => (vec![100.0 * row.weight], 0.0),
        "dfbs" => (row.dfbetas.clone().expect("numbers"), 1.0),
        "influential" => (vec![f64::from(u8::from(row.influential == expected[i].as_bool().or(Some(false))))], 0.0),
        other => panic!("nobody looks at {other}"),
    });
    rows.collect()
}

fn residuals<T: Tau2Estimator>(
    model: &MetaRegression<T>,
    studies: &Data,
    design: &Design,
    which: (&str, &str),
) -> Vec<(Vec<f64>, f64)> {
    let own = model.fit(studies, design).expect("a fit").residuals().expect("residuals");
    let deleted = model.deleted_residuals(studies, design).expect("residuals");
    let rows = own.iter().zip(deleted).map(|(own, deleted)| (own, deleted.expect("a residual")));
    let rows = rows.map(|(own, deleted)| match which {
        ("rstandard", "resid") => (vec![own.residual], own.std_error),
        ("rstandard", "se") => (vec![own.std_error], 0.0),
        ("rstandard", "z") => (vec![own.standardised().expect("a residual")], 1.0),
        ("rstudent", "resid") => (vec![deleted.residual], deleted.std_error),
        ("rstudent", "se") => (vec![deleted.std_error], 0.0),
        ("rstudent", "z") => (vec![deleted.studentised()], 1.0),
        other => panic!("nobody looks at {other:?}"),
    });
    rows.collect()
}

fn blups(fit: &Regression<MeanDifference>, field: &str) -> Vec<(Vec<f64>, f64)> {
    let rows = fit.blups().expect("rows");
    let one = rows.rows().iter().map(|row| {
        let (se, of_deviation) = (row.std_error.expect("an error"), row.deviation_std_error.expect("an error"));
        let (interval, deviation) = (row.interval.expect("limits"), row.deviation_interval.expect("limits"));
        let (x, scale) = match field {
            "pred" => (row.effect, se),
            "se" => (se, 0.0),
            "pi_lb" => (interval.lower, se),
            "pi_ub" => (interval.upper, se),
            "ranef" => (row.deviation, of_deviation),
            "ranef_se" => (of_deviation, 0.0),
            "ranef_pi_lb" => (deviation.lower, of_deviation),
            "ranef_pi_ub" => (deviation.upper, of_deviation),
            other => panic!("nobody looks at {other}"),
        };
        (vec![x], scale)
    });
    one.collect()
}
