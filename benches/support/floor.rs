//! The time it takes to read the data.

use meta_analysis::Real;

/// Sums all columns once by vector instructions, in 16 (f64) or 8 (f32) vectors of the widest kind here: bound by memory.
pub(crate) fn floor<F: Real>(columns: &[&[F]]) -> F {
    pulp::Arch::new().dispatch(Floor(columns))
}

struct Floor<'c, 'a, F>(&'c [&'a [F]]);

impl<F: Real> pulp::WithSimd for Floor<'_, '_, F> {
    type Output = F;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> F {
        self.0.iter().fold(F::zero(), |total, column| total + sum(column))
    }
}

/// 64 independent accumulators, which the compiler lays into vectors.
#[inline(always)]
fn sum<F: Real>(column: &[F]) -> F {
    let mut sums = [F::zero(); 64];
    let (chunks, rest) = column.as_chunks::<64>();
    for chunk in chunks {
        for (sum, &x) in sums.iter_mut().zip(chunk) {
            *sum = *sum + x;
        }
    }
    sums.iter().chain(rest).fold(F::zero(), |total, &x| total + x)
}
