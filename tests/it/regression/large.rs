//! A million studies.

use std::time::Instant;

use meta_analysis::{Design, MeanDifference, MetaRegression, Reml, Studies};

use crate::strategies::Simulation;

/// `cargo test --test it a_million_studies -- --ignored --nocapture`
#[test]
#[ignore = "takes seconds and half a gigabyte"]
fn a_million_studies_are_fitted_in_seconds() {
    let (k, tau) = (1_000_000, 0.5);
    let mut random = Simulation(1);
    let (mut y, mut v, mut x, mut z) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..k {
        let (variance, a, b) = (10_f64.powf(3.0 * random.uniform() - 2.0), random.normal(), random.uniform());
        y.push(0.3 + 0.2 * a - 0.5 * b + tau * random.normal() + variance.sqrt() * random.normal());
        v.push(variance);
        x.push(a);
        z.push(b);
    }
    let studies = Studies::from_analysis(MeanDifference, y, v).expect("valid studies");
    let design = Design::new().continuous("x", x).expect("a column").continuous("z", z).expect("a column");
    let start = Instant::now();
    let fit = MetaRegression::new(Reml).fit(&studies, &design).expect("a fit");
    let took = start.elapsed();
    println!("{fit:.6}\n{took:?} for the fit of {k} studies");
    for (x, truth) in fit.coefficients().iter().zip([0.3, 0.2, -0.5]) {
        let miss = (x.estimate - truth) / x.std_error.expect("an error");
        assert!(miss.abs() < 4.0, "{}: {} for {truth}", x.name, x.estimate);
    }
    assert!((fit.tau2().expect("tau2").value - tau * tau).abs() < 0.01, "tau2");
    assert!(cfg!(debug_assertions) || took.as_secs() < 10, "it took {took:?}");
}
