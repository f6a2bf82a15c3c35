//! Designs and weights of bad condition against 60 digits (`tests/fixtures/regression-ill-conditioned.json`).

use meta_analysis::{Design, MeanDifference, MetaRegression, Reml, Studies};
use serde_json::Value;

use crate::score::{floats, json};

/// A certified number.
fn number(text: &Value) -> f64 {
    text.as_str().expect("a decimal").parse().expect("a number")
}

fn numbers(texts: &Value) -> Vec<f64> {
    texts.as_array().expect("numbers").iter().map(number).collect()
}

#[derive(Default)]
struct Tally(Vec<String>, f64);

impl Tally {
    fn near(&mut self, what: &str, computed: f64, exact: f64, scale: f64, tolerance: f64) {
        let miss = (computed - exact).abs() / exact.abs().max(scale);
        self.1 = self.1.max(miss / tolerance);
        if miss > tolerance || miss.is_nan() {
            self.0.push(format!("{what}: {computed}, exact {exact}, off by {miss:.1e}, allowed {tolerance:.1e}"));
        }
    }
}

/// Coefficients have the digits that the condition number leaves, 1e-16 times it. (The normal equations would lose its
/// square: all of them from 1e8.) What does not hang on the coordinates of the design has all its digits.
#[test]
fn bad_designs_cost_no_more_than_they_must() {
    let file = json(include_str!("../../fixtures/regression-ill-conditioned.json"));
    let mut tally = Tally::default();
    for case in file["cases"].as_array().expect("cases") {
        let (name, condition) = (case["name"].as_str().expect("a name"), case["condition"].as_f64().expect("a number"));
        let studies = Studies::from_analysis(MeanDifference, floats(&case["y"]), floats(&case["v"])).expect("studies");
        let mut design = Design::new();
        let names = case["names"].as_array().expect("names");
        for (name, column) in names.iter().zip(case["columns"].as_array().expect("columns")).skip(1) {
            design = design.continuous(name.as_str().expect("a name"), floats(column)).expect("a column");
        }
        let fit = MetaRegression::new(Reml).fit(&studies, &design).expect("a fit");
        let own = 1e-16 * condition.max(1e3);
        let mut near = |what: &str, computed: f64, exact: f64, scale: f64, tolerance: f64| {
            tally.near(&format!("{name}: {what}"), computed, exact, scale, tolerance);
        };
        let errors = numbers(&case["std_errors"]);
        for ((x, exact), error) in fit.coefficients().iter().zip(numbers(&case["coefficients"])).zip(errors) {
            near(&x.name, x.estimate, exact, error, own);
            near(&format!("{} SE", x.name), x.std_error.expect("an error"), error, 0.0, own);
        }
        near("tau2", fit.tau2().expect("tau2").value, number(&case["tau2"]), 0.0, 1e-13);
        near("QE", fit.residual_q(), number(&case["QE"]), 0.0, 1e-13);
        near("QM", fit.test_of_moderators().expect("a test").statistic, number(&case["QM"]), 0.0, own.max(1e-13));
        let likelihood = fit.restricted_likelihood().expect("a fit").log_likelihood;
        near("log-likelihood", likelihood, number(&case["log_likelihood"]), 1.0, 1e-13);
        let residuals = fit.residuals().expect("residuals");
        for (i, exact) in numbers(&case["fitted"]).into_iter().enumerate() {
            near("fitted", residuals[i].fitted, exact, residuals[i].std_error, 1e-13);
        }
        for (i, exact) in numbers(&case["leverages"]).into_iter().enumerate() {
            near("leverage", residuals[i].leverage, exact, 0.0, 1e-13);
        }
        let prediction = fit.predict_row(&floats(&case["at"])).expect("a prediction").analysis;
        let error = number(&case["prediction_se"]);
        near("prediction", prediction.estimate, number(&case["prediction"]), error, own.max(1e-13));
        near("prediction SE", prediction.std_error.expect("an error"), error, 0.0, own.max(1e-13));
    }
    println!("the worst miss is {:.2} of what is allowed", tally.1);
    assert!(tally.0.is_empty(), "{} differ:\n{}", tally.0.len(), tally.0.join("\n"));
}
