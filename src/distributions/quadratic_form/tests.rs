//! Checks against 36 digits of the fixture, and against closed forms.

use super::*;
use crate::distributions::chi_squared_sf;
use serde_json::Value;

fn number(text: &Value) -> f64 {
    text.as_str().and_then(|digits| digits.parse().ok()).expect("a decimal string")
}

fn numbers(column: &Value) -> Vec<f64> {
    column.as_array().expect("a column").iter().map(number).collect()
}

fn form(terms: &[(f64, f64)]) -> QuadraticForm {
    QuadraticForm::new(terms.iter().copied())
}

/// Asserts a relative error and prints it.
fn near(what: &str, got: f64, exact: f64, tolerance: f64) -> f64 {
    let error = if got == exact { 0.0 } else { (got / exact - 1.0).abs() };
    // A tail comes from its logarithm, which is rounded.
    let tolerance = tolerance + 3e-16 * exact.ln().abs();
    assert!(error <= tolerance, "{what} = {got:e}, exact {exact:e}, error {error:.1e}");
    error
}

#[test]
fn tails_have_the_digits_of_the_fixture() {
    let file: Value =
        serde_json::from_str(include_str!("../../../tests/fixtures/quadratic_form.json")).expect("a fixture");
    let mut worst: std::collections::BTreeMap<usize, f64> = std::collections::BTreeMap::new();
    for case in file["cases"].as_array().expect("cases") {
        let name = case["name"].as_str().expect("a name");
        let pairs: Vec<(f64, f64)> = numbers(&case["weights"]).into_iter().zip(numbers(&case["variances"])).collect();
        let copies = usize::try_from(case["copies"].as_u64().expect("copies")).expect("a small number");
        let form = QuadraticForm::new((0..copies).flat_map(|_| pairs.iter().copied()));
        let q = number(&case["q"]);
        let (lower, upper) = (number(&case["lower"]), number(&case["upper"]));
        let k = copies * pairs.len();
        let tolerance = if k > 100 { 1e-13 } else { 2e-14 };
        let tail = near(&format!("{name}: P(Q < {q:e})"), form.cdf(q), lower, tolerance);
        let error = tail.max(near(&format!("{name}: P(Q > {q:e})"), form.sf(q), upper, tolerance));
        let worst = worst.entry(k).or_default();
        *worst = worst.max(error);
    }
    for (k, error) in worst {
        println!("quadratic form, {k} studies: worst relative error {error:.1e}");
    }
}

#[test]
fn equal_products_make_a_chi_squared() {
    let mut worst = 0.0_f64;
    for k in [2_u32, 3, 4, 5, 8, 20, 100, 1000, 4000] {
        let df = f64::from(k) - 1.0;
        // Weights differ, and so do variances; their products do not.
        let terms: Vec<(f64, f64)> =
            (0..k).map(|i| 2.0_f64.powi(i32::try_from(i % 5).unwrap())).map(|a| (a, 3.0 / a)).collect();
        let form = form(&terms);
        for factor in [1e-3, 0.1, 0.5, 0.9, 0.99, 1.0, 1.01, 1.1, 1.5, 2.0, 4.0, 10.0, 30.0] {
            let exact = chi_squared_sf(factor * df, df);
            if exact > 1e-290 {
                worst = worst.max(near(
                    &format!("df {df}, {factor}"),
                    form.sf(3.0 * factor * df),
                    exact,
                    if exact < 1e-30 { 5e-13 } else { 1e-13 },
                ));
            }
        }
    }
    println!("quadratic form against chi-squared: worst relative error {worst:.1e}");
}

#[test]
fn two_studies_make_one_term() {
    for (a, s) in
        [([1.0, 1.0], [1.0, 1.0]), ([1.0, 1e-12], [1.0, 1e12]), ([1.0, 0.3], [1e9, 1e-3]), ([1e-9, 1.0], [1e12, 1.0])]
    {
        // a₁a₂/(a₁ + a₂) (y₁ - y₂)²
        let lambda = a[0] * a[1] / (a[0] + a[1]) * (s[0] + s[1]);
        let form = form(&[(a[0], s[0]), (a[1], s[1])]);
        for x in [1e-12, 1e-3, 0.4, 1.0, 3.0, 40.0, 200.0, 1200.0] {
            near(&format!("{a:?} {s:?} {x}"), form.sf(lambda * x), chi_squared_sf(x, 1.0), 2e-14);
        }
    }
}

#[test]
fn equal_pairs_make_exponentials() {
    for (d, multiplicity) in [(1.0, 2), (0.2, 4), (7.0, 6)] {
        let terms: Vec<(f64, f64)> = (0..=multiplicity).map(|_| (d, 1.0)).collect();
        let form = form(&terms);
        for x in [0.01, 0.5, 2.0, 9.0, 60.0, 500.0] {
            // Erlang's tail exp(-h) Σ hⁿ / n!, n < multiplicity / 2.
            let h = 0.5 * x;
            let sum: f64 =
                (0..multiplicity / 2).fold((0.0, 1.0), |(sum, term), n| (sum + term, term * h / f64::from(n + 1))).0;
            near(&format!("Erlang {multiplicity} {x}"), form.sf(d * x), (-h).exp() * sum, 3e-14);
        }
    }
}

#[test]
fn edges_are_defined() {
    let form = form(&[(1.0, 1.0), (0.5, 3.0), (0.1, 20.0)]);
    assert_eq!(form.log_tails(0.0), LogTails { lower: f64::NEG_INFINITY, upper: 0.0 }, "nothing below 0");
    assert_eq!(form.log_tails(-1.0).lower, f64::NEG_INFINITY, "nothing below 0");
    assert_eq!(form.log_tails(f64::INFINITY).upper, f64::NEG_INFINITY, "nothing beyond infinity");
    assert!(form.log_tails(f64::NAN).lower.is_nan(), "NaN goes through");
    // Far out both ways: monotone, finite.
    let mut last = f64::INFINITY;
    for n in -300..=300 {
        let logit = form.log_tails(10.0_f64.powi(-n)).logit();
        assert!(logit < last && !logit.is_nan(), "1e{}: {logit} after {last}", -n);
        last = logit;
    }
}

/// Sums over λ = 1 (twice) and λ = c (twice) have the tail (exp(-q/2) - c exp(-q/2c)) / (1 - c).
#[test]
fn two_exponentials() {
    for c in [0.5_f64, 1e-3, 0.999] {
        // D(s) = (1 + 2s)² (1 + 2sc)²: three studies of d = 1, two of d = c, and p such that the last zero is at c, too,
        // needs p = 0 on d = 1; near enough with weights 1e-30.
        let terms = [(1e-40, 1e40), (1e-40, 1e40), (1.0, c), (1.0, c), (1.0, c)];
        let form = form(&terms);
        for q in [0.01_f64, 0.4, 1.0, 2.0, 7.0, 50.0, 600.0] {
            let (slow, fast) = ((-0.5 * q).exp(), c * (-0.5 * q / c).exp());
            let exact = (slow - fast) / (1.0 - c);
            near(&format!("{c} {q}"), form.sf(q), exact, if c > 0.9 { 1e-12 } else { 3e-14 });
        }
    }
}

/// Weights and variances over up to 24 orders of magnitude, q from far below the mean to far above.
#[test]
fn the_step_is_small_enough_and_tails_are_monotone() {
    let mut state = 7_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(state >> 33).unwrap()) / 2_147_483_648.0
    };
    let (mut worst, mut at) = (0.0_f64, String::new());
    for round in 0..1500 {
        let (k, span) = (2 + round % 3 + round % 5 * (round % 7), [0.0, 0.5, 3.0, 12.0][round % 4]);
        let mut power = || 10.0_f64.powf(span * (2.0 * uniform() - 1.0));
        let terms: Vec<(f64, f64)> = (0..k).map(|_| (power(), power())).collect();
        let form = form(&terms);
        let mut last = f64::NEG_INFINITY;
        let mut q = form.mean * 10.0_f64.powf(-3.0 - 2.0 * span * uniform());
        while q < 100.0 * form.mean {
            let tails = form.log_tails(q);
            assert!(tails.lower <= 0.0 && tails.upper <= 0.0, "{terms:?} at {q:e}: {tails:?}");
            assert!(tails.logit() > last, "{terms:?} at {q:e}: {tails:?} after {last}");
            last = tails.logit();
            // Tails from 1e-100; the finer rule has other nodes, and so other rounding errors.
            if tails.lower.min(tails.upper) > -230.0 {
                let finer = form.log_tails_with(q, STEP / 3.0);
                let error = (finer.lower - tails.lower).abs().max((finer.upper - tails.upper).abs());
                if error > worst {
                    (worst, at) = (error, format!("{terms:?} at {q:e}"));
                }
            }
            q *= 1.1 + 4.0 * uniform();
        }
    }
    println!("step {STEP}: largest relative change by a third of it {worst:.1e}, for {at}");
    assert!(worst < 2e-13, "{worst:e} for {at}");
}
