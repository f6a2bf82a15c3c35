//! Sums over few studies, one study after the other, with the terms of four found at once.

use std::array::from_fn;

use pulp::x86::V3;

use super::vector_sum::{Columns, Terms, Weigh};
use super::wide::{Four, Wide};
use crate::real::Real;

/// How many studies are looked at together; fewer are not worth the trouble.
pub(super) const FOUR: usize = 4;
/// How many vectors of four hold all terms of a study: as many as any sum has.
const QUARTERS: usize = 4;

/// Sums by AVX2, of columns in their own unit with at least [`FOUR`] studies.
pub(super) struct ShortSum<'c, 'a, F, G, T, const N: usize> {
    pub(super) avx2: V3,
    pub(super) columns: &'c Columns<'a, F>,
    pub(super) weigh: G,
    pub(super) terms: T,
}

impl<F: Real, G: Weigh, T: Terms<N>, const N: usize> pulp::NullaryFnOnce for ShortSum<'_, '_, F, G, T, N> {
    type Output = [f64; N];

    #[inline(always)]
    fn call(self) -> [f64; N] {
        let Self { columns: &Columns { y, v, .. }, .. } = self;
        let zero = Wide::<_, 1>::all(self.avx2, 0.0);
        let mut sums = [zero; QUARTERS];
        let ((fours_y, rest), (fours_v, _)) = (y.as_chunks::<FOUR>(), v.as_chunks::<FOUR>());
        for (y, v) in fours_y.iter().zip(fours_v) {
            for row in self.rows(y, v, zero) {
                add::<_, N>(&mut sums, row);
            }
        }
        // The last four studies, of which some were added before.
        if let (false, Some(y), Some(v)) = (rest.is_empty(), y.last_chunk(), v.last_chunk()) {
            for (study, row) in self.rows(y, v, zero).into_iter().enumerate() {
                if study + rest.len() >= FOUR {
                    add::<_, N>(&mut sums, row);
                }
            }
        }
        let sums = sums.map(Four::four);
        from_fn(|n| sums[n / 4][n % 4])
    }
}

impl<F: Real, G: Weigh, T: Terms<N>, const N: usize> ShortSum<'_, '_, F, G, T, N> {
    /// The N terms of each of four studies.
    #[inline(always)]
    fn rows<W: Four>(&self, y: &[F; FOUR], v: &[F; FOUR], zero: W) -> [[W; QUARTERS]; FOUR] {
        const { assert!(N <= 4 * QUARTERS, "too many terms") };
        let (y, v) = (zero.load_four(&y.map(Real::f64)), zero.load_four(&v.map(Real::f64)));
        let terms = self.terms.of(y - zero.same(self.columns.pivot), self.weigh.weight(v));
        let mut rows = [[zero; QUARTERS]; FOUR];
        for quarter in 0..N.div_ceil(4) {
            let four = from_fn(|n| if 4 * quarter + n < N { terms[4 * quarter + n] } else { zero });
            let studies = W::transpose(four);
            for study in 0..FOUR {
                rows[study][quarter] = studies[study];
            }
        }
        rows
    }
}

#[inline(always)]
fn add<W: Four, const N: usize>(sums: &mut [W; QUARTERS], row: [W; QUARTERS]) {
    for quarter in 0..N.div_ceil(4) {
        sums[quarter] += row[quarter];
    }
}
