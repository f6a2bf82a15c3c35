//! One whole analysis: effect, limits, both p-values, tau2 and I2, of the 13 BCG trials, and of up to a million studies in units of
//! the time it takes to read them (`floor`).
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

mod support;

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use meta_analysis::{
    CommonEffect, EffectSize, Measure, Pool, Pooled, RandomEffects, RiskRatio, Studies, Tau2Method, TwoByTwo,
};
use support::data::columns;
use support::floor::floor;

fn bcg() -> Studies<RiskRatio> {
    let trials = [
        TwoByTwo::new([4, 119], [11, 128]),
        TwoByTwo::new([6, 300], [29, 274]),
        TwoByTwo::new([3, 228], [11, 209]),
        TwoByTwo::new([62, 13_536], [248, 12_619]),
        TwoByTwo::new([33, 5_036], [47, 5_761]),
        TwoByTwo::new([180, 1_361], [372, 1_079]),
        TwoByTwo::new([8, 2_537], [10, 619]),
        TwoByTwo::new([505, 87_886], [499, 87_892]),
        TwoByTwo::new([29, 7_470], [45, 7_232]),
        TwoByTwo::new([17, 1_699], [65, 1_600]),
        TwoByTwo::new([186, 50_448], [141, 27_197]),
        TwoByTwo::new([5, 2_493], [3, 2_338]),
        TwoByTwo::new([27, 16_886], [29, 17_825]),
    ];
    RiskRatio.studies(&trials).expect("valid trials")
}

/// Everything a reader of the result would ask for.
fn whole<M: Measure>(pooled: &Pooled<M>) -> [f64; 8] {
    let (natural, analysis, h) = (pooled.natural(), pooled.analysis(), pooled.heterogeneity());
    let interval = natural.interval.expect("an interval");
    let p_value = pooled.test().expect("a test").p_value();
    let i2 = h.i2_from_tau2().or(h.i2_from_q()).expect("an I2");
    [natural.estimate, analysis.estimate, interval.lower, interval.upper, p_value, h.q(), h.p_value(), i2]
}

fn analyses(c: &mut Criterion) {
    let studies = bcg();
    let mut group = c.benchmark_group("pool");
    group.bench_function("common effect", |b| {
        b.iter(|| whole(&CommonEffect::new().pool(black_box(&studies)).expect("a result")));
    });
    for &method in Tau2Method::ALL {
        group.bench_function(method.to_string(), |b| {
            b.iter(|| whole(&RandomEffects::new(method).pool(black_box(&studies)).expect("a result")));
        });
    }
}

fn many_studies(c: &mut Criterion) {
    for k in [1_000, 10_000, 100_000, 1_000_000] {
        let (y, v) = columns::<f64>(k, 1, 0.0).remove(0);
        let studies = Studies::from_analysis(RiskRatio, y, v).expect("valid studies");
        let mut group = c.benchmark_group(format!("one pool of {k} studies"));
        group.throughput(Throughput::Elements(k as u64)).sample_size(20);
        group.warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_millis(500));
        group.bench_function("floor", |b| b.iter(|| floor(black_box(&[studies.y(), studies.v()]))));
        for method in [Tau2Method::DerSimonianLaird, Tau2Method::Reml] {
            group.bench_function(method.to_string(), |b| {
                b.iter(|| whole(&RandomEffects::new(method).pool(black_box(&studies)).expect("a result")));
            });
        }
    }
}

criterion_group!(benches, analyses, many_studies);
criterion_main!(benches);
