//! Leaving out each study, adding each, and all subsets: the fast way beside pooling each part.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use meta_analysis::sensitivity::{
    Fragility, Gosh, MomentEstimator, cumulative, heterogeneity_without_each, leave_one_out,
};
use meta_analysis::{
    CommonEffect, DerSimonianLaird, Error, MantelHaenszel, MeanDifference, Pool, RandomEffects, RiskRatio, Studies,
    TwoByTwo,
};

/// A model without a fast way.
struct Plain<P>(P);

impl<S: ?Sized, P: Pool<S>> Pool<S> for Plain<P> {
    type Output = P::Output;

    fn pool(&self, studies: &S) -> Result<P::Output, Error> {
        self.0.pool(studies)
    }
}

/// Numbers in [0, 1) by a linear congruential generator, the same in every run.
fn numbers(n: usize) -> Vec<f64> {
    let mut state = 1_u64;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    std::iter::repeat_with(next).take(n).collect()
}

fn studies(k: usize) -> Studies<MeanDifference> {
    let numbers = numbers(2 * k);
    let (y, v) = numbers.split_at(k);
    let v = v.iter().map(|v| 0.05 + v).collect();
    Studies::from_analysis(MeanDifference, y.to_vec(), v).expect("valid studies")
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small positive numbers")]
fn tables(k: usize) -> Vec<TwoByTwo> {
    let count = |x: f64| 1 + (100.0 * x) as u64;
    let table = |c: &[f64]| TwoByTwo::new([count(c[0]), 50 + count(c[1])], [count(c[2]), 50 + count(c[3])]);
    numbers(4 * k).chunks_exact(4).map(table).collect()
}

fn leaving_out(c: &mut Criterion) {
    let mut group = c.benchmark_group("leave one out");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for k in [10, 100, 1000] {
        let (studies, tables) = (studies(k), tables(k));
        let common = CommonEffect::new();
        group.bench_function(BenchmarkId::new("common effect, sums", k), |b| {
            b.iter(|| leave_one_out(&common, black_box(&studies)));
        });
        group.bench_function(BenchmarkId::new("common effect, pooling", k), |b| {
            b.iter(|| leave_one_out(&Plain(common), black_box(&studies)));
        });
        let counts = MantelHaenszel::new(RiskRatio);
        group.bench_function(BenchmarkId::new("Mantel-Haenszel, sums", k), |b| {
            b.iter(|| leave_one_out(&counts, black_box(&tables)));
        });
        group.bench_function(BenchmarkId::new("Mantel-Haenszel, pooling", k), |b| {
            b.iter(|| leave_one_out(&Plain(counts), black_box(&tables)));
        });
        group.bench_function(BenchmarkId::new("tau2 of DerSimonian-Laird, sums", k), |b| {
            b.iter(|| heterogeneity_without_each(MomentEstimator::DerSimonianLaird, black_box(&studies)));
        });
        let random = RandomEffects::new(DerSimonianLaird);
        group.bench_function(BenchmarkId::new("random effects, pooling", k), |b| {
            b.iter(|| leave_one_out(&random, black_box(&studies)));
        });
        group.bench_function(BenchmarkId::new("cumulative common effect, sums", k), |b| {
            b.iter(|| cumulative(&common, black_box(&studies)));
        });
        group.bench_function(BenchmarkId::new("cumulative common effect, pooling", k), |b| {
            b.iter(|| cumulative(&Plain(common), black_box(&studies)));
        });
    }
    group.finish();
}

fn subsets(c: &mut Criterion) {
    let mut group = c.benchmark_group("all subsets");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    let studies = studies(12);
    let common = CommonEffect::new();
    group.bench_function("common effect, sums", |b| b.iter(|| Gosh::new(common).run(black_box(&studies))));
    group.bench_function("common effect, pooling", |b| b.iter(|| Gosh::new(Plain(common)).run(black_box(&studies))));
    let random = RandomEffects::new(DerSimonianLaird);
    group.bench_function("random effects, pooling", |b| b.iter(|| Gosh::new(random).run(black_box(&studies))));
    group.finish();
}

fn fragility(c: &mut Criterion) {
    let mut group = c.benchmark_group("fragility");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    let tables = tables(5);
    let search = Fragility::new(MantelHaenszel::new(RiskRatio)).with_analyses(10_000);
    group.bench_function("Mantel-Haenszel", |b| b.iter(|| search.run(black_box(&tables))));
    group.finish();
}

criterion_group!(benches, leaving_out, subsets, fragility);
criterion_main!(benches);
