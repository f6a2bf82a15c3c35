//! The exact values of `tests/fixtures/distributions.json` and of files like it, for tests.

use serde_json::Value;

/// A decimal string of the fixture as the nearest double; NaN if it is none.
fn number(text: &Value) -> f64 {
    text.as_str().and_then(|digits| digits.parse().ok()).unwrap_or(f64::NAN)
}

/// Asserts `evaluate` against every case of function `name`; `tolerance` takes
/// the arguments and the exact value. Prints the worst relative error.
pub(crate) fn check(name: &str, tolerance: impl Fn(&[f64], f64) -> f64, evaluate: impl Fn(&[f64]) -> f64) {
    check_in(include_str!("../../tests/fixtures/distributions.json"), name, tolerance, evaluate);
}

/// The same with the text of a file.
pub(crate) fn check_in(
    text: &str,
    name: &str,
    tolerance: impl Fn(&[f64], f64) -> f64,
    evaluate: impl Fn(&[f64]) -> f64,
) {
    let fixture: Value = serde_json::from_str(text).expect("the fixture is valid JSON");
    let cases = fixture["cases"].as_array().expect("the fixture has cases");
    let (mut count, mut worst, mut at) = (0, 0.0, Vec::new());
    for case in cases.iter().filter(|case| case["function"] == name) {
        let arguments: Vec<f64> =
            case["arguments"].as_array().expect("a case has arguments").iter().map(number).collect();
        let exact = number(&case["value"]);
        let got = evaluate(&arguments);
        let error = relative_error(got, exact);
        assert!(
            error <= tolerance(&arguments, exact),
            "{name}{arguments:?} = {got:e}, exact {exact:e}, error {error:.1e}"
        );
        count += 1;
        if error >= worst {
            (worst, at) = (error, arguments);
        }
    }
    assert!(count > 0, "no case of {name} in the fixture");
    println!("{name}: {count} cases, worst relative error {worst:.1e} at {at:?}");
}

fn relative_error(got: f64, exact: f64) -> f64 {
    if exact == 0.0 {
        return got.abs();
    }
    ((got - exact) / exact).abs()
}
