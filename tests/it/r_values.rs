//! Values of the R packages metafor 5.1-12 and meta 8.4-0 at tight settings (`tests/fixtures/inference.json`): every field
//! of every case, within 1e-8 but for the marked differences.

use meta_analysis::{
    CommonEffect, FixedWeights, Inference, KnownTau2, Level, MaximumLikelihood, MeanDifference, Pool, Pooled,
    PredictionMethod, QWeights, RandomEffects, Reml, Studies, Tau2Method,
};
use serde_json::Value;

use crate::score::{floats, json};

const TOLERANCE: f64 = 1e-8;
/// How many numbers are compared.
const COMPARED: usize = 24_746;

type Data = Studies<MeanDifference>;

#[derive(Default)]
struct Tally {
    compared: usize,
    failures: Vec<String>,
}

impl Tally {
    /// Compares a number, or that both sides say it is undefined. `scale` is what an error is relative to where the value
    /// is small.
    fn check(&mut self, what: &str, computed: Option<f64>, expected: &Value, scale: f64) {
        self.compared += 1;
        let fine = match (computed, expected.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() <= TOLERANCE * b.abs().max(scale),
            (None, None) => true,
            _ => false,
        };
        if !fine {
            self.failures.push(format!("{what}: computed {computed:?}, R {expected}"));
        }
    }
}

#[test]
fn every_value_of_r() {
    let file = json(include_str!("../fixtures/inference.json"));
    let mut tally = Tally::default();
    for case in file["cases"].as_array().expect("cases") {
        let name = case["name"].as_str().expect("a name");
        let data = Studies::from_analysis(MeanDifference, floats(&case["input"]["yi"]), floats(&case["input"]["vi"]));
        let data = data.expect("valid studies");
        let options = &case["options"];
        match (options["fn"].as_str().expect("a function"), options["method"].as_str()) {
            ("rma", Some(method)) if !case["expected"]["tests"].is_null() => {
                rma(&mut tally, name, method, &data, &case["expected"]);
            }
            ("rma", None) => {
                user_weights(&mut tally, name, &data, &floats(&case["input"]["weights"]), &case["expected"]);
            }
            ("rma", Some("REML")) if options["weighted"] == false => {
                let pooled = FixedWeights::unweighted(Reml).pool(&data).expect("a fit");
                simple_fit(&mut tally, name, &pooled, &case["expected"]);
            }
            ("rma", Some("REML")) if options["tau2"].is_number() => {
                let tau2 = KnownTau2::new(options["tau2"].as_f64().expect("a number")).expect("a variance");
                let pooled = RandomEffects::new(tau2).pool(&data).expect("a fit");
                simple_fit(&mut tally, name, &pooled, &case["expected"]);
            }
            ("metagen", _) if options["method.common.ci"] == "IVhet" => {
                let pooled = FixedWeights::ivhet().pool(&data).expect("a fit");
                simple_fit(&mut tally, name, &pooled, &case["expected"]);
            }
            // All of them are compared in `henmi_copas.rs`.
            ("hc", _) => {}
            ("uwls", _) => uwls(&mut tally, name, &data, &case["expected"]),
            ("metagen", _) => metagen(&mut tally, name, &data, options, &case["expected"]),
            ("confint", _) => confint(&mut tally, name, &data, &case["expected"]),
            other => panic!("{name}: nobody looks at {other:?}"),
        }
    }
    let Tally { compared, failures } = tally;
    println!("{compared} values compared with R");
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures[..failures.len().min(60)].join("\n"));
    assert_eq!(compared, COMPARED, "values compared");
}

fn rma(tally: &mut Tally, name: &str, method: &str, data: &Data, expected: &Value) {
    let method = match method {
        // One estimating equation under its iterative name.
        "DLIT" => "PM",
        other => other,
    };
    if method == "EE" {
        let fit = |inference, level| {
            CommonEffect::new().with_inference(inference).with_level(level).pool(data).expect("a fit")
        };
        return rma_fit(tally, name, data, expected, &|inference, level, _| fit(inference, level));
    }
    // These come with weights 1/v for the mean, too. GENQ with 1/v is DerSimonian-Laird.
    if let Some(estimator) = match method {
        "GENQ" => Some(Tau2Method::DerSimonianLaird),
        "GENQM" => Some(Tau2Method::MedianUnbiasedGeneralisedQ),
        _ => None,
    } {
        return rma_fit(tally, name, data, expected, &|inference, level, prediction| {
            let model = FixedWeights::inverse_variance(estimator).with_inference(inference).with_level(level);
            model.with_prediction(prediction).pool(data).expect("a fit")
        });
    }
    let method: Tau2Method = method.parse().expect("an estimator");
    rma_fit(tally, name, data, expected, &|inference, level, prediction| {
        let model = RandomEffects::new(method).with_inference(inference).with_prediction(prediction);
        model.with_level(level).pool(data).expect("a fit")
    });
}

type Fit<'a> = dyn Fn(Inference, Level, PredictionMethod) -> Pooled<MeanDifference> + 'a;

fn rma_fit(tally: &mut Tally, name: &str, data: &Data, expected: &Value, fit: &Fit<'_>) {
    let pooled = fit(Inference::Normal, Level::P95, PredictionMethod::default());
    let h = pooled.heterogeneity();
    let typical = h.typical_variance().expect("a typical variance");
    let random = h.tau2().is_some();
    let percent = |share: Option<f64>| share.map(|share| 100.0 * share);
    for (field, value) in expected.as_object().expect("an object") {
        let what = format!("{name} {field}");
        match field.as_str() {
            "k" => assert_eq!(data.k() as u64, value.as_u64().expect("a number"), "{what}"),
            "tau2" => tally.check(&what, Some(h.tau2().unwrap_or(0.0)), value, typical),
            "se_tau2" => tally.check(&what, h.tau2_std_error(), value, 0.0),
            "QE" => tally.check(&what, Some(h.q()), value, 1e-10),
            "QEp" => tally.check(&what, Some(h.p_value()), value, 0.0),
            "I2" => tally.check(&what, percent(if random { h.i2_from_tau2() } else { h.i2_from_q() }), value, 1.0),
            "H2" => tally.check(&what, if random { h.h2_from_tau2() } else { h.h2_from_q() }, value, 1.0),
            "weights_pct" => {
                let weights = pooled.weights(data).expect("weights");
                for (weight, value) in weights.iter().zip(value.as_array().expect("weights")) {
                    tally.check(&what, Some(100.0 * weight), value, 0.0);
                }
            }
            "tests" => {
                for test in value.as_array().expect("tests") {
                    rma_test(tally, name, data, test, fit);
                }
            }
            "fit" => fit_criteria(tally, &what, data, h.tau2(), value),
            other => panic!("{name}: nobody looks at {other}"),
        }
    }
}

fn rma_test(tally: &mut Tally, name: &str, data: &Data, expected: &Value, fit: &Fit<'_>) {
    let test = expected["test"].as_str().expect("a test");
    let inference: Inference = test.parse().expect("an inference");
    let level = Level::new(expected["level"].as_f64().expect("a level") / 100.0).expect("a level");
    let pooled = fit(inference, level, PredictionMethod::default());
    let x = pooled.analysis();
    let se = pooled.classic_std_error();
    let equal_effects = pooled.heterogeneity().q() == 0.0 && test == "knha";
    for (field, value) in expected.as_object().expect("an object") {
        let what = format!("{name} {test} {} {field}", expected["level"]);
        // DIFFERENCE: with equal effects metafor reports a standard error of 0, and limits at the estimate.
        if equal_effects && field != "beta" {
            assert!(x.interval.is_none(), "{what}: no interval");
            continue;
        }
        match field.as_str() {
            "test" | "level" => {}
            "beta" => tally.check(&what, Some(x.estimate), value, se),
            "se" => tally.check(&what, x.std_error, value, 0.0),
            "stat" => tally.check(&what, pooled.test().map(|test| test.statistic), value, 1.0),
            "pval" => tally.check(&what, pooled.test().map(|test| test.p_value()), value, 0.0),
            "ci_lb" => tally.check(&what, x.interval.map(|i| i.lower), value, se),
            "ci_ub" => tally.check(&what, x.interval.map(|i| i.upper), value, se),
            "ddf" => tally.check(&what, pooled.test().and_then(|test| test.df), value, 0.0),
            "pi_default" | "pi_simple" | "pi_riley" | "pi_t" => {
                let method = prediction_method(field, test).unwrap_or_else(|| panic!("{what}: nobody looks at it"));
                // DIFFERENCE: with two studies metafor puts 1 degree of freedom where k - 2 is none.
                if data.k() == 2 && field == "pi_riley" {
                    continue;
                }
                // DIFFERENCE: where the fixed point is 0, metafor's iteration stops at a τ² of about 1e-14.
                if name.ends_with("SJIT") && field == "pi_simple" && pooled.heterogeneity().tau2() == Some(0.0) {
                    continue;
                }
                let prediction = fit(inference, level, method).prediction().map(|prediction| prediction.analysis);
                tally.check(&what, prediction.map(|p| p.lower), &value[0], se);
                tally.check(&what, prediction.map(|p| p.upper), &value[1], se);
            }
            other => panic!("{name}: nobody looks at tests.{other}"),
        }
    }
}

/// metafor's prediction intervals by the test of the fit: the standard error is that of the test.
fn prediction_method(field: &str, test: &str) -> Option<PredictionMethod> {
    match (field, test) {
        ("pi_simple", _) => Some(PredictionMethod::NormalAboutKnownMean),
        ("pi_default", "z") => Some(PredictionMethod::Normal),
        ("pi_default", "t") | ("pi_t", "z" | "t") => Some(PredictionMethod::StudentT),
        ("pi_riley", "z" | "t") => Some(PredictionMethod::HigginsThompsonSpiegelhalter),
        ("pi_default" | "pi_t", "knha") => Some(PredictionMethod::HartungKnapp),
        ("pi_riley", "knha") => Some(PredictionMethod::HartungKnappPartlettRiley),
        ("pi_default" | "pi_t", "adhoc") => Some(PredictionMethod::HartungKnappFloored),
        ("pi_riley", "adhoc") => Some(PredictionMethod::HartungKnappFlooredPartlettRiley),
        _ => None,
    }
}

/// Log-likelihoods and criteria at metafor's estimate, with our estimate.
fn fit_criteria(tally: &mut Tally, what: &str, data: &Data, tau2: Option<f64>, expected: &Value) {
    let evidence = data.evidence();
    let (plain, restricted) = match tau2 {
        Some(tau2) => (MaximumLikelihood.fit(&evidence, tau2), Reml.fit(&evidence, tau2)),
        None => (MaximumLikelihood.common_effect_fit(&evidence), Reml.common_effect_fit(&evidence)),
    };
    for (field, value) in expected.as_object().expect("an object") {
        let what = format!("{what} {field}");
        let (name, which) = field.split_once('_').expect("a likelihood");
        let fit = if which == "ML" { plain } else { restricted };
        match name {
            "ll" => tally.check(&what, Some(fit.log_likelihood), value, 1.0),
            // metafor subtracts the deviance of a saturated model from that of the plain likelihood.
            "dev" if which == "ML" => {
                let saturated: f64 = data.v().iter().map(|v| (2.0 * std::f64::consts::PI * v).ln()).sum();
                tally.check(&what, Some(fit.deviance() - saturated), value, 1.0);
            }
            "dev" => tally.check(&what, Some(fit.deviance()), value, 1.0),
            "AIC" => tally.check(&what, Some(fit.aic()), value, 1.0),
            "BIC" => tally.check(&what, Some(fit.bic()), value, 1.0),
            // DIFFERENCE: with too few studies for the correction metafor takes more than there are.
            "AICc" if fit.aicc().is_none() => {}
            "AICc" => tally.check(&what, fit.aicc(), value, 1.0),
            other => panic!("nobody looks at fit.{other}"),
        }
    }
}

fn uwls(tally: &mut Tally, name: &str, data: &Data, expected: &Value) {
    // Unrestricted weighted least squares (Stanley & Doucouliagos 2015) is a common effect with Hartung and Knapp's error.
    let pooled = CommonEffect::new().with_inference(Inference::HartungKnapp).pool(data).expect("a fit");
    let (x, se) = (pooled.analysis(), pooled.classic_std_error());
    // DIFFERENCE: with equal effects there is no error, and R gives rounding noise.
    let Some(std_error) = x.std_error else {
        assert_eq!(pooled.heterogeneity().q(), 0.0, "{name}: no standard error");
        return;
    };
    let normal = || {
        let one = Studies::from_std_errors(MeanDifference, vec![x.estimate], vec![std_error]).expect("a study");
        CommonEffect::new().pool(&one).expect("a fit")
    };
    for (field, value) in expected.as_object().expect("an object") {
        let what = format!("{name} {field}");
        match field.as_str() {
            "beta" => tally.check(&what, Some(x.estimate), value, se),
            "se" => tally.check(&what, x.std_error, value, 0.0),
            "stat" => tally.check(&what, pooled.test().map(|test| test.statistic), value, 1.0),
            "pval_t" => tally.check(&what, pooled.test().map(|test| test.p_value()), value, 0.0),
            "ci_t" => {
                tally.check(&what, x.interval.map(|i| i.lower), &value[0], se);
                tally.check(&what, x.interval.map(|i| i.upper), &value[1], se);
            }
            "sigma2" => tally.check(&what, pooled.heterogeneity().h2_from_q(), value, 1e-10),
            "df" => tally.check(&what, Some(pooled.heterogeneity().df()), value, 0.0),
            // The same error with the normal distribution is nobody's recommendation, but a study with that error has it.
            "pval_z" => tally.check(&what, normal().test().map(|test| test.p_value()), value, 0.0),
            "ci_z" => {
                tally.check(&what, normal().analysis().interval.map(|i| i.lower), &value[0], se);
                tally.check(&what, normal().analysis().interval.map(|i| i.upper), &value[1], se);
            }
            other => panic!("{name}: nobody looks at {other}"),
        }
    }
}

/// Weights of the user's own, with and without τ².
fn user_weights(tally: &mut Tally, name: &str, data: &Data, weights: &[f64], expected: &Value) {
    for fit in expected["fits"].as_array().expect("fits") {
        let inference: Inference = text(fit, "test").parse().expect("an inference");
        let what = format!("{name} {} {}", text(fit, "method"), text(fit, "test"));
        if text(fit, "method") == "EE" {
            let known = KnownTau2::new(0.0).expect("a variance");
            let model = FixedWeights::new(weights, known).expect("weights").with_inference(inference);
            simple_fit(tally, &what, &model.pool(data).expect("a fit"), fit);
        } else {
            let method: Tau2Method = text(fit, "method").parse().expect("an estimator");
            let model = FixedWeights::new(weights, method).expect("weights").with_inference(inference);
            simple_fit(tally, &what, &model.pool(data).expect("a fit"), fit);
        }
    }
}

/// A fit that is written without a list of tests.
fn simple_fit(tally: &mut Tally, name: &str, pooled: &Pooled<MeanDifference>, expected: &Value) {
    let (x, h, se) = (pooled.analysis(), pooled.heterogeneity(), pooled.classic_std_error());
    let test = pooled.test();
    for (field, value) in expected.as_object().expect("an object") {
        let what = format!("{name} {field}");
        match field.as_str() {
            "method" | "test" => {}
            "beta" | "TE_common" => tally.check(&what, Some(x.estimate), value, se),
            "se" | "seTE_common" => tally.check(&what, x.std_error, value, 0.0),
            "stat" => tally.check(&what, test.map(|test| test.statistic), value, 1.0),
            "pval" | "pval_common" => tally.check(&what, test.map(|test| test.p_value()), value, 0.0),
            "ci_lb" | "lower_common" => tally.check(&what, x.interval.map(|i| i.lower), value, se),
            "ci_ub" | "upper_common" => tally.check(&what, x.interval.map(|i| i.upper), value, se),
            "tau2" => tally.check(&what, h.tau2(), value, h.typical_variance().expect("k > 1")),
            "QE" => tally.check(&what, Some(h.q()), value, 1e-10),
            "QEp" => tally.check(&what, Some(h.p_value()), value, 0.0),
            "I2" if text(expected, "method") == "EE" => {
                tally.check(&what, h.i2_from_q().map(|i| 100.0 * i), value, 1.0);
            }
            "H2" if text(expected, "method") == "EE" => tally.check(&what, h.h2_from_q(), value, 1.0),
            "I2" => tally.check(&what, h.i2_from_tau2().map(|i| 100.0 * i), value, 1.0),
            "H2" => tally.check(&what, h.h2_from_tau2(), value, 1.0),
            other => panic!("{name}: nobody looks at {other}"),
        }
    }
}

fn metagen(tally: &mut Tally, name: &str, data: &Data, options: &Value, expected: &Value) {
    let level = |option: &str| {
        let level = options[option].as_f64().map(|level| if level > 1.0 { level / 100.0 } else { level });
        Level::new(level.unwrap_or(0.95)).expect("a level")
    };
    let method: Tau2Method = text(options, "method.tau").parse().expect("an estimator");
    let common = CommonEffect::new().with_level(level("level.ma")).pool(data).expect("a fit");
    let inference = if text(options, "method.random.ci") == "HK" { Inference::HartungKnapp } else { Inference::Normal };
    let model = RandomEffects::new(method).with_inference(inference).with_level(level("level.ma"));
    let (random, x, se) = (model.pool(data).expect("a fit"), common.analysis(), common.classic_std_error());
    let h = random.heterogeneity();
    let of_tau2 = text(options, "method.I2") == "tau2";
    let share = data.evidence().between_share(h.tau2().expect("tau2"), level("level.ma")).expect("a share");
    let side = |field: &str, interval: Option<meta_analysis::Interval>| {
        interval.map(|i| if field.starts_with("lower") { i.lower } else { i.upper })
    };
    for (field, value) in expected.as_object().expect("an object") {
        let what = format!("{name} {field}");
        match field.as_str() {
            "tol" => {}
            "TE_common" => tally.check(&what, Some(x.estimate), value, se),
            "seTE_common" => tally.check(&what, x.std_error, value, 0.0),
            "lower_common" | "upper_common" => tally.check(&what, side(field, x.interval), value, se),
            "TE_random" => tally.check(&what, Some(random.analysis().estimate), value, se),
            "lower_random" | "upper_random" => tally.check(&what, side(field, random.analysis().interval), value, se),
            "lower_predict" | "upper_predict" => {
                let method = match text(options, "method.predict") {
                    "HTS" => PredictionMethod::HigginsThompsonSpiegelhalter,
                    other => panic!("{name}: nobody looks at {other}"),
                };
                let model = model.with_prediction(method).with_level(level("level.predict"));
                let prediction = model.pool(data).expect("a fit").prediction().map(|prediction| prediction.analysis);
                tally.check(&what, side(field, prediction), value, se);
            }
            "tau2" => tally.check(&what, h.tau2(), value, h.typical_variance().expect("k > 1")),
            "Q" => tally.check(&what, Some(h.q()), value, 1e-10),
            "I2" if of_tau2 => tally.check(&what, h.i2_from_tau2(), value, 1.0),
            "I2" => tally.check(&what, h.i2_from_q(), value, 1.0),
            "lower_I2" | "upper_I2" if of_tau2 => {
                let interval = data.evidence().q_profile(level("level.ma")).expect("an interval");
                tally.check(&what, side(field, interval.i2()), value, 1.0);
            }
            // DIFFERENCE: with two studies the standard error divides by k - 2 = 0; meta goes on with another.
            "lower_I2" | "upper_I2" | "lower_H" | "upper_H" if data.k() == 2 => {
                assert!(h.i2_test_based(level("level.ma")).is_none(), "{what}: no interval");
            }
            "lower_I2" | "upper_I2" => {
                tally.check(&what, side(field, h.i2_test_based(level("level.ma"))), value, 1.0);
            }
            "H" if of_tau2 => tally.check(&what, h.h2_from_tau2().map(f64::sqrt), value, 1.0),
            "H" => tally.check(&what, h.h2_from_q().map(|h2| h2.max(1.0).sqrt()), value, 1.0),
            "lower_H" | "upper_H" => {
                let h2 = side(field, h.h2_test_based(level("level.ma")));
                tally.check(&what, h2.map(f64::sqrt), value, 1.0);
            }
            "Rb" => tally.check(&what, Some(share.estimate), value, 1.0),
            // DIFFERENCE: meta's limits agree with the delta method at a positive estimate of DerSimonian and Laird only.
            "lower_Rb" | "upper_Rb" if method != Tau2Method::DerSimonianLaird || h.tau2() == Some(0.0) => {}
            "lower_Rb" | "upper_Rb" => tally.check(&what, side(field, share.interval), value, 1.0),
            "random" => {
                for entry in value.as_array().expect("entries") {
                    metagen_random(tally, name, data, method, level("level.ma"), entry);
                }
            }
            "prediction" => {
                for entry in value.as_array().expect("entries") {
                    metagen_prediction(tally, name, data, method, level("level.predict"), entry);
                }
            }
            other => panic!("{name}: nobody looks at {other}"),
        }
    }
}

/// The inference of meta's names.
fn metagen_inference(entry: &Value) -> Inference {
    match (text(entry, "method.random.ci"), text(entry, "adhoc.hakn.ci")) {
        ("classic", _) => Inference::Normal,
        ("HK", "") => Inference::HartungKnapp,
        ("HK", "se") => Inference::HartungKnappFloored,
        ("HK", "ci") => Inference::HartungKnappOrNormal,
        ("HK", "IQWiG6") => Inference::HartungKnappIqwig,
        ("KR", _) => Inference::KenwardRoger,
        other => panic!("nobody looks at {other:?}"),
    }
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

fn metagen_random(tally: &mut Tally, name: &str, data: &Data, method: Tau2Method, level: Level, expected: &Value) {
    let inference = metagen_inference(expected);
    let what = format!("{name} {inference}");
    let pooled = RandomEffects::new(method).with_inference(inference).with_level(level).pool(data).expect("a fit");
    let (x, se) = (pooled.analysis(), pooled.classic_std_error());
    let Some(interval) = x.interval else {
        // DIFFERENCE: where effects are equal, or Kenward and Roger's degrees of freedom are undefined or below 1, there is no
        // interval here; meta gives rounding noise, or the classic interval instead.
        let few = inference == Inference::KenwardRoger && expected["df_random"].as_f64().is_none_or(|df| df < 1.0);
        assert!(few || pooled.heterogeneity().q() == 0.0, "{what}: no interval, R has {expected}");
        return;
    };
    tally.check(&format!("{what} TE"), Some(x.estimate), &expected["TE_random"], se);
    tally.check(&format!("{what} seTE"), x.std_error, &expected["seTE_random"], 0.0);
    tally.check(&format!("{what} lower"), Some(interval.lower), &expected["lower_random"], se);
    tally.check(&format!("{what} upper"), Some(interval.upper), &expected["upper_random"], se);
    tally.check(&format!("{what} p"), pooled.test().map(|test| test.p_value()), &expected["pval_random"], 0.0);
}

fn metagen_prediction(tally: &mut Tally, name: &str, data: &Data, method: Tau2Method, level: Level, expected: &Value) {
    let (kind, adhoc) = (text(expected, "method.predict"), text(expected, "adhoc.hakn.pi"));
    let prediction = match (kind, adhoc) {
        ("V", _) => PredictionMethod::StudentT,
        ("HTS", _) => PredictionMethod::HigginsThompsonSpiegelhalter,
        ("S", _) => PredictionMethod::Normal,
        ("HK", "") => PredictionMethod::HartungKnapp,
        ("HK-PR", "") => PredictionMethod::HartungKnappPartlettRiley,
        ("HK", "se") => PredictionMethod::HartungKnappFloored,
        // DIFFERENCE: meta passes over the ad hoc correction here, and gives the plain interval; the floored one is checked
        // against metafor's.
        ("HK-PR", "se") => PredictionMethod::HartungKnappPartlettRiley,
        ("KR", _) => PredictionMethod::KenwardRoger,
        ("KR-PR", _) => PredictionMethod::KenwardRogerPartlettRiley,
        other => panic!("{name}: nobody looks at {other:?}"),
    };
    let pooled = RandomEffects::new(method).with_prediction(prediction).with_level(level).pool(data).expect("a fit");
    let se = pooled.classic_std_error();
    let Some(interval) = pooled.prediction().map(|prediction| prediction.analysis) else {
        // DIFFERENCE: as above.
        let equal = pooled.heterogeneity().q() == 0.0;
        assert!(equal || kind.starts_with("KR") || data.k() < 3, "{name} {kind}: no interval, R has {expected}");
        return;
    };
    tally.check(&format!("{name} predict {kind} lower"), Some(interval.lower), &expected["lower_predict"], se);
    tally.check(&format!("{name} predict {kind} upper"), Some(interval.upper), &expected["upper_predict"], se);
}

fn confint(tally: &mut Tally, name: &str, data: &Data, expected: &Value) {
    let evidence = data.evidence();
    let pooled = CommonEffect::new().pool(data).expect("a fit");
    let h = pooled.heterogeneity();
    for entry in expected["intervals"].as_array().expect("intervals") {
        let level = Level::new(entry["level"].as_f64().expect("a level") / 100.0).expect("a level");
        let (kind, method) = (text(entry, "type"), text(entry, "method"));
        let what = format!("{name} {kind} {level}");
        let interval = match (kind, method) {
            ("QP", _) => evidence.q_profile(level),
            ("GENQ", _) => evidence.generalised_q_interval(QWeights::InverseVariance, level),
            ("PL", "REML") => Reml.profile_interval(&evidence, level),
            ("PL", _) => MaximumLikelihood.profile_interval(&evidence, level),
            // With another estimator metafor centres it at the H2 of that estimate.
            ("HT", method) => {
                let method: Tau2Method = method.parse().expect("an estimator");
                let random = RandomEffects::new(method).pool(data).expect("a fit");
                let interval = match method {
                    Tau2Method::DerSimonianLaird => h.h2_test_based(level),
                    _ => random.heterogeneity().h2_test_based_about_tau2(level),
                };
                tally.check(&what, interval.map(|i| i.lower), &entry["H2"][1], 1.0);
                tally.check(&what, interval.map(|i| i.upper), &entry["H2"][2], 1.0);
                continue;
            }
            other => panic!("{name}: nobody looks at {other:?}"),
        };
        let (limits, scale) = (interval.expect("an interval").limits(), h.typical_variance().expect("k > 1"));
        let Some(limits) = limits else {
            // DIFFERENCE: metafor writes an empty set as 0 to 0.
            assert_eq!((entry["tau2"][1].as_f64(), entry["tau2"][2].as_f64()), (Some(0.0), Some(0.0)), "{what}");
            continue;
        };
        tally.check(&what, Some(limits.lower), &entry["tau2"][1], scale);
        tally.check(&what, Some(limits.upper), &entry["tau2"][2], scale);
    }
}
