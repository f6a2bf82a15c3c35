//! Many outcomes at once, in units of the time it takes to read them.
//!
//! `floor` sums all input columns once, with enough independent vector accumulators to be bound by memory. Every other line of a
//! group is to be divided by it.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use meta_analysis::{Batch, ColumnsMut, DerSimonianLaird, MeanDifference, RandomEffects, Reml};
use std::hint::black_box;

const OUTCOMES: usize = 1_000_000;

/// xorshift64* (Vigna 2016).
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// Columns per study: variances log-uniform on 0.01..0.5, and heterogeneity such that about a third have an estimate of 0.
fn columns(outcomes: usize, studies: usize, missing: f64) -> Vec<(Vec<f64>, Vec<f64>)> {
    let mut random = Random(20_231_126);
    let tau2: Vec<f64> = (0..outcomes).map(|i| [0.0, 0.01, 0.03, 0.1, 0.3][i % 5]).collect();
    (0..studies)
        .map(|_| {
            (0..outcomes)
                .map(|i| {
                    let v = 0.01 * 50_f64.powf(random.uniform());
                    let y = (v + tau2[i]).sqrt() * random.normal();
                    (if random.uniform() < missing { f64::NAN } else { y }, v)
                })
                .unzip()
        })
        .collect()
}

/// The sum of a column by 32 accumulators: eight vectors of four.
fn sum(column: &[f64]) -> f64 {
    let mut sums = [0.0; 32];
    let (chunks, rest) = column.as_chunks::<32>();
    for chunk in chunks {
        for (sum, x) in sums.iter_mut().zip(chunk) {
            *sum += x;
        }
    }
    sums.iter().sum::<f64>() + rest.iter().sum::<f64>()
}

struct Floor<'a>(&'a [(Vec<f64>, Vec<f64>)]);

impl pulp::WithSimd for Floor<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> f64 {
        self.0.iter().map(|(y, v)| sum(y) + sum(v)).sum()
    }
}

fn study_major(c: &mut Criterion) {
    let arch = pulp::Arch::new();
    for (name, missing) in [("10 studies", 0.0), ("10 studies, 5 % missing", 0.05)] {
        let data = columns(OUTCOMES, 10, missing);
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Elements(OUTCOMES as u64)).sample_size(10);
        group.bench_function("floor", |b| b.iter(|| arch.dispatch(Floor(black_box(&data)))));
        let batch = Batch::from_columns(MeanDifference, data.iter().map(|(y, v)| (&y[..], &v[..]))).expect("columns");
        let (mut a, mut b, mut c, mut d) =
            (vec![0.0; OUTCOMES], vec![0.0; OUTCOMES], vec![0.0; OUTCOMES], vec![0.0; OUTCOMES]);
        let (mut e, mut f, mut g, mut h) =
            (vec![0.0; OUTCOMES], vec![0.0; OUTCOMES], vec![0.0; OUTCOMES], vec![0.0; OUTCOMES]);
        group.bench_function("DerSimonian-Laird", |bench| {
            bench.iter(|| {
                let out = ColumnsMut {
                    estimate: Some(&mut a),
                    std_error: Some(&mut b),
                    tau2: Some(&mut c),
                    q: Some(&mut d),
                    ..ColumnsMut::default()
                };
                RandomEffects::new(DerSimonianLaird).pool_into(&batch, out).expect("results")
            });
        });
        group.bench_function("DerSimonian-Laird, everything", |bench| {
            bench.iter(|| {
                let out = ColumnsMut {
                    estimate: Some(&mut a),
                    std_error: Some(&mut b),
                    tau2: Some(&mut c),
                    q: Some(&mut d),
                    lower: Some(&mut e),
                    upper: Some(&mut f),
                    p_value: Some(&mut g),
                    q_p_value: Some(&mut h),
                    ..ColumnsMut::default()
                };
                RandomEffects::new(DerSimonianLaird).pool_into(&batch, out).expect("results")
            });
        });
        group.bench_function("REML", |bench| {
            bench.iter(|| {
                let out = ColumnsMut {
                    estimate: Some(&mut a),
                    std_error: Some(&mut b),
                    tau2: Some(&mut c),
                    q: Some(&mut d),
                    ..ColumnsMut::default()
                };
                RandomEffects::new(Reml).pool_into(&batch, out).expect("results")
            });
        });
        group.finish();
    }
}

criterion_group!(benches, study_major);
criterion_main!(benches);
