//! Leaving out each study, adding each, and all subsets: the fast way beside pooling each part.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use meta_analysis::sensitivity::{
    Fragility, Gosh, MomentEstimator, cumulative, heterogeneity_without_each, leave_one_out,
};
use meta_analysis::{
    CommonEffect, DerSimonianLaird, Error, MantelHaenszel, MeanDifference, Peto, Pool, RandomEffects, RiskRatio,
    Studies, TwoByTwo,
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

/// All answers by joined sums: the time per study is the same however many there are.
fn by_sums(c: &mut Criterion) {
    let mut group = c.benchmark_group("by sums, per study");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for k in [100, 1_000, 10_000] {
        let (studies, tables) = (studies(k), tables(k));
        group.throughput(Throughput::Elements(k as u64));
        let common = CommonEffect::new();
        group.bench_function(BenchmarkId::new("leave one out, common effect", k), |b| {
            b.iter(|| leave_one_out(&common, black_box(&studies)));
        });
        group.bench_function(BenchmarkId::new("cumulative, common effect", k), |b| {
            b.iter(|| cumulative(&common, black_box(&studies)));
        });
        let counts = MantelHaenszel::new(RiskRatio);
        group.bench_function(BenchmarkId::new("leave one out, Mantel-Haenszel", k), |b| {
            b.iter(|| leave_one_out(&counts, black_box(&tables)));
        });
        group.bench_function(BenchmarkId::new("cumulative, Mantel-Haenszel", k), |b| {
            b.iter(|| cumulative(&counts, black_box(&tables)));
        });
        let peto = Peto::new();
        group.bench_function(BenchmarkId::new("leave one out, Peto", k), |b| {
            b.iter(|| leave_one_out(&peto, black_box(&tables)));
        });
        group.bench_function(BenchmarkId::new("cumulative, Peto", k), |b| {
            b.iter(|| cumulative(&peto, black_box(&tables)));
        });
        for estimator in [MomentEstimator::DerSimonianLaird, MomentEstimator::HedgesOlkin] {
            group.bench_function(BenchmarkId::new(format!("leave one out, tau2 of {estimator:?}"), k), |b| {
                b.iter(|| heterogeneity_without_each(estimator, black_box(&studies)));
            });
        }
    }
    group.finish();
}

/// Pooling each part, at a cost of O(k) for each of k parts.
fn by_pooling(c: &mut Criterion) {
    let mut group = c.benchmark_group("by pooling, per study");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for k in [100, 1_000] {
        let (studies, tables) = (studies(k), tables(k));
        group.throughput(Throughput::Elements(k as u64));
        let common = Plain(CommonEffect::new());
        group.bench_function(BenchmarkId::new("leave one out, common effect", k), |b| {
            b.iter(|| leave_one_out(&common, black_box(&studies)));
        });
        group.bench_function(BenchmarkId::new("cumulative, common effect", k), |b| {
            b.iter(|| cumulative(&common, black_box(&studies)));
        });
        let counts = Plain(MantelHaenszel::new(RiskRatio));
        group.bench_function(BenchmarkId::new("leave one out, Mantel-Haenszel", k), |b| {
            b.iter(|| leave_one_out(&counts, black_box(&tables)));
        });
        let peto = Plain(Peto::new());
        group.bench_function(BenchmarkId::new("leave one out, Peto", k), |b| {
            b.iter(|| leave_one_out(&peto, black_box(&tables)));
        });
        let random = RandomEffects::new(DerSimonianLaird);
        group.bench_function(BenchmarkId::new("leave one out, random effects", k), |b| {
            b.iter(|| leave_one_out(&random, black_box(&studies)));
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

criterion_group!(benches, by_sums, by_pooling, subsets, fragility);
criterion_main!(benches);
