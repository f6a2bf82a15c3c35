//! Pools a million outcomes of ten studies with every estimator, and tells how many a second:
//! `cargo run --release --example million_outcomes`. Unoptimised builds take a few thousand outcomes.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::time::Instant;

use meta_analysis::{
    Batch, Columns, CommonEffect, Error, MeanDifference, Pool, PooledColumns, RandomEffects, Tau2Method,
};

const STUDIES: usize = 10;

fn main() -> Result<(), Error> {
    let outcomes = if cfg!(debug_assertions) { 4_000 } else { 1_000_000 };
    let studies: Vec<(Vec<f64>, Vec<f64>)> = (0..STUDIES).map(|study| columns(study, outcomes)).collect();
    let first = |n: usize| Batch::from_columns(MeanDifference, studies.iter().map(move |(y, v)| (&y[..n], &v[..n])));
    println!("{outcomes} outcomes of {STUDIES} studies, pools per second on one thread\n");
    println!("{:<52} {:>12} {:>12}", "", "core", "with p, I2");

    let time = |name: &str, pool: &dyn Fn(Columns) -> Result<PooledColumns<MeanDifference>, Error>| {
        let speed = |columns| {
            let start = Instant::now();
            let pooled = pool(columns)?;
            Ok::<_, Error>((pooled.summary().pooled as f64 / start.elapsed().as_secs_f64(), pooled))
        };
        let ((core, _), (table, pooled)) = (speed(Columns::CORE)?, speed(Columns::DEFAULT)?);
        let mean = mean(pooled.tau2().unwrap_or(&[]));
        let found = mean.map_or_else(String::new, |mean| format!("   mean tau2 {mean:.4}"));
        println!("{name:<52} {core:>12.0} {table:>12.0}{found}");
        Ok::<_, Error>(())
    };
    time("common effect", &|columns| CommonEffect::new().pool(&first(outcomes)?.with_columns(columns)))?;
    for &method in Tau2Method::ALL {
        // It integrates for every step of every outcome: the first few tell how fast.
        let slow = matches!(method, Tau2Method::MedianUnbiasedGeneralisedQ);
        let some = if slow { outcomes / 200 } else { outcomes };
        time(&method.to_string(), &|columns| RandomEffects::new(method).pool(&first(some)?.with_columns(columns)))?;
    }
    println!("\nThe true tau2 of the outcomes is 0, 0.01, 0.03, 0.1 and 0.3 in turn, 0.088 in the mean.");
    Ok(())
}

/// Effects of one study with variances between 0.01 and 0.5, evenly spread on the logarithm.
fn columns(study: usize, outcomes: usize) -> (Vec<f64>, Vec<f64>) {
    let mut random = Random(1 + study as u64);
    (0..outcomes)
        .map(|outcome| {
            let v = 0.01 * 50_f64.powf(random.uniform());
            let tau2 = [0.0, 0.01, 0.03, 0.1, 0.3][outcome % 5];
            (0.2 + f64::sqrt(v + tau2) * random.normal(), v)
        })
        .unzip()
}

fn mean(column: &[f64]) -> Option<f64> {
    let known = column.iter().filter(|x| !x.is_nan());
    let (sum, count) = known.fold((0.0, 0.0), |(sum, count), x| (sum + x, count + 1.0));
    (count > 0.0).then(|| sum / count)
}

/// A linear congruential generator with the output function of `SplitMix64` (Steele, Lea & Flood 2014).
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Box & Muller (1958).
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}
