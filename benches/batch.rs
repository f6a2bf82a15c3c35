//! Many outcomes at once, in units of the time it takes to read them: divide every line by the `floor` of its group, or let
//! `cargo run --release --example bench_table` do it. Two threads need `--features rayon`.

mod support;

use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use meta_analysis::{
    Batch, BatchSummary, ColumnsMut, CommonEffect, DerSimonianLaird, MeanDifference, RandomEffects, Real, Reml,
    Tau2Estimator,
};
use support::data::columns;
use support::floor::floor;

type Outcomes<'a, F> = Batch<'a, MeanDifference, F>;

/// Columns for results.
struct Results<F>([Vec<F>; 9]);

impl<F: Real> Results<F> {
    fn new(outcomes: usize) -> Self {
        Self(std::array::from_fn(|_| vec![F::zero(); outcomes]))
    }

    /// Estimate, standard error, τ² and Q.
    fn core(&mut self) -> ColumnsMut<'_, F> {
        let [estimate, std_error, tau2, q, ..] = self.0.each_mut().map(|column| Some(&mut column[..]));
        ColumnsMut { estimate, std_error, tau2, q, ..ColumnsMut::default() }
    }

    /// Limits, I² and both p-values as well.
    fn everything(&mut self) -> ColumnsMut<'_, F> {
        let columns = self.0.each_mut().map(|column| Some(&mut column[..]));
        let [estimate, std_error, tau2, q, lower, upper, i2_from_tau2, p_value, q_p_value] = columns;
        ColumnsMut {
            estimate,
            std_error,
            tau2,
            q,
            lower,
            upper,
            i2_from_tau2,
            p_value,
            q_p_value,
            ..ColumnsMut::default()
        }
    }
}

/// On how many threads.
#[derive(Clone, Copy)]
enum Threads {
    One,
    #[cfg(feature = "rayon")]
    Two,
}

impl Threads {
    const ALL: &[Self] = &[
        Self::One,
        #[cfg(feature = "rayon")]
        Self::Two,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::One => "1 thread",
            #[cfg(feature = "rayon")]
            Self::Two => "2 threads",
        }
    }

    fn floor<F: Real>(self, columns: &[&[F]]) -> F {
        match self {
            Self::One => floor(columns),
            #[cfg(feature = "rayon")]
            Self::Two => {
                let (left, right): (Vec<_>, Vec<_>) = columns.iter().map(|c| c.split_at(c.len() / 2)).unzip();
                let (a, b) = rayon::join(|| floor(&left), || floor(&right));
                a + b
            }
        }
    }

    fn common<F: Real>(self, batch: &Outcomes<'_, F>, out: ColumnsMut<'_, F>) -> BatchSummary {
        let model = CommonEffect::new();
        match self {
            Self::One => model.pool_into(batch, out),
            #[cfg(feature = "rayon")]
            Self::Two => model.par_pool_into(batch, out),
        }
        .expect("results")
    }

    fn random<F: Real, T: Tau2Estimator<F>>(
        self,
        estimator: T,
        batch: &Outcomes<'_, F>,
        out: ColumnsMut<'_, F>,
    ) -> BatchSummary {
        let model = RandomEffects::new(estimator);
        match self {
            Self::One => model.pool_into(batch, out),
            #[cfg(feature = "rayon")]
            Self::Two => model.par_pool_into(batch, out),
        }
        .expect("results")
    }
}

/// Few samples of few runs: each takes from milliseconds to a second.
fn group<'c>(c: &'c mut Criterion, name: &str, outcomes: usize) -> BenchmarkGroup<'c, WallTime> {
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Elements(outcomes as u64));
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_millis(300));
    group
}

/// All work on one batch, whose inputs are these columns.
fn work<F: Real>(c: &mut Criterion, name: &str, batch: &Outcomes<'_, F>, inputs: &[&[F]]) {
    let mut results = Results::new(batch.outcomes());
    for threads in Threads::ALL {
        let mut group = group(c, &format!("{name}, {}", threads.name()), batch.outcomes());
        group.bench_function("floor", |b| b.iter(|| threads.floor(black_box(inputs))));
        group.bench_function("common effect", |b| b.iter(|| threads.common(batch, results.core())));
        group.bench_function("DerSimonian-Laird", |b| {
            b.iter(|| threads.random(DerSimonianLaird, batch, results.core()));
        });
        group.bench_function("DerSimonian-Laird, everything", |b| {
            b.iter(|| threads.random(DerSimonianLaird, batch, results.everything()));
        });
        group.bench_function("REML", |b| b.iter(|| threads.random(Reml, batch, results.core())));
    }
    std::mem::forget(results);
}

/// Both layouts of the same numbers.
fn layouts<F: Real>(c: &mut Criterion, name: &str, outcomes: usize, studies: usize, missing: f64) {
    let data = columns::<F>(outcomes, studies, missing);
    let pairs = data.iter().map(|(y, v)| (&y[..], &v[..]));
    let batch = Batch::from_columns(MeanDifference, pairs.clone()).expect("columns of one length");
    let inputs: Vec<&[F]> = pairs.flat_map(|(y, v)| [y, v]).collect();
    work(c, &format!("study-major, {name}"), &batch, &inputs);

    let rows = (0..outcomes).flat_map(|i| data.iter().map(move |(y, v)| (y[i], v[i])));
    let (y, v): (Vec<F>, Vec<F>) = rows.unzip();
    let batch = Batch::from_rows(MeanDifference, studies, &y, &v).expect("rows of one length");
    work(c, &format!("outcome-major, {name}"), &batch, &[&y, &v]);
    // Kept, so that every group finds its columns alike: allocators put what follows large memory that was freed elsewhere, where columns
    // begin in the middle of a line of the cache.
    std::mem::forget((data, y, v));
}

fn large(c: &mut Criterion) {
    layouts::<f64>(c, "f64, 10 studies", 1_000_000, 10, 0.0);
    layouts::<f64>(c, "f64, 10 studies, 5 % missing", 1_000_000, 10, 0.05);
    layouts::<f32>(c, "f32, 10 studies", 1_000_000, 10, 0.0);
    layouts::<f64>(c, "f64, 50 studies", 200_000, 50, 0.0);
    layouts::<f64>(c, "f64, 50 studies, 5 % missing", 200_000, 50, 0.05);
}

/// So little work that threads could cost more than they bring.
fn small(c: &mut Criterion) {
    let data = columns::<f64>(10_000, 10, 0.0);
    let first = |n: usize| Batch::from_columns(MeanDifference, data.iter().map(move |(y, v)| (&y[..n], &v[..n])));
    let mut results = Results::new(10_000);
    let batch = first(10_000).expect("columns of one length");
    let mut all = group(c, "10,000 outcomes, DerSimonian-Laird", 10_000);
    for threads in Threads::ALL {
        all.bench_function(threads.name(), |b| b.iter(|| threads.random(DerSimonianLaird, &batch, results.core())));
    }
    all.finish();
    let mut results = Results::new(2_000);
    let batch = first(2_000).expect("columns of one length");
    let mut all = group(c, "2,000 outcomes, REML", 2_000);
    for threads in Threads::ALL {
        all.bench_function(threads.name(), |b| b.iter(|| threads.random(Reml, &batch, results.core())));
    }
}

/// Two threads at most, whatever the machine has.
fn two_threads(_: &mut Criterion) {
    #[cfg(feature = "rayon")]
    rayon::ThreadPoolBuilder::new().num_threads(2).build_global().expect("the first to ask for threads");
}

criterion_group!(benches, two_threads, small, large);
criterion_main!(benches);
