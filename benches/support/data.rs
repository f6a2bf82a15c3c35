//! Data from a fixed seed.

use meta_analysis::Real;

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

/// A column of effects and one of variances for each study: variances log-uniform on 0.01 to 0.5, and heterogeneity such that about a
/// third of the outcomes have an estimate of 0. A share of the effects is missing.
pub(crate) fn columns<F: Real>(outcomes: usize, studies: usize, missing: f64) -> Vec<(Vec<F>, Vec<F>)> {
    let mut random = Random(20_231_126);
    let tau2 = [0.0, 0.01, 0.03, 0.1, 0.3];
    let mut pair = |i: usize| {
        let v = 0.01 * 50_f64.powf(random.uniform());
        let y = (v + tau2[i % tau2.len()]).sqrt() * random.normal();
        (F::of(if random.uniform() < missing { f64::NAN } else { y }), F::of(v))
    };
    (0..studies).map(|_| (0..outcomes).map(&mut pair).unzip()).collect()
}
