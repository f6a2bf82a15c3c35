//! The estimators of tau2 over the number of studies.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use meta_analysis::{MeanDifference, Studies, Tau2Estimator, Tau2Method};

/// Effects and variances from a fixed seed: variances log-uniform on 0.01 to 0.5, tau2 0.1.
fn studies(k: usize) -> Studies<MeanDifference> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut uniform = || {
        // The generator of Marsaglia (2003), "Xorshift RNGs".
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let v: Vec<f64> = (0..k).map(|_| 0.01 * 50_f64.powf(uniform())).collect();
    let normal = |u: f64, w: f64| (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * w).cos();
    let y = v.iter().map(|v| (v + 0.1).sqrt() * normal(uniform(), uniform())).collect();
    Studies::from_analysis(MeanDifference, y, v).expect("valid studies")
}

fn estimators(c: &mut Criterion) {
    for &method in Tau2Method::ALL {
        let mut group = c.benchmark_group(format!("tau2/{method}"));
        for k in [5, 20, 100] {
            let studies = studies(k);
            group.bench_with_input(BenchmarkId::from_parameter(k), &studies, |b, studies| {
                b.iter(|| method.tau2(&black_box(studies).evidence()));
            });
        }
    }
}

criterion_group!(benches, estimators);
criterion_main!(benches);
