//! The smallest and the largest of many numbers, by vector instructions where the processor has them.

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use pulp::x86::{V3, V4};

use super::sum::IN_SEQUENCE;
use crate::real::Real;

/// How many numbers are compared on the way to one more look at which is the smallest.
const FAR: usize = 4096;

/// The first of the smallest numbers, by its place and value, and the largest; `None` for no numbers.
#[inline]
pub(crate) fn extremes<F: Real>(v: &[F]) -> Option<(usize, F, F)> {
    let &first = v.first()?;
    if v.len() > IN_SEQUENCE {
        return Some(far_extremes(Extremes { v, first }));
    }
    let (min, max) = range::<F, 4>(v, first);
    Some((place(v, min), min, max))
}

#[inline(never)]
fn far_extremes<F: Real>(extremes: Extremes<'_, F>) -> (usize, F, F) {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    {
        if let Some(avx512) = V4::try_new() {
            return avx512.vectorize(extremes);
        }
        if let Some(avx2) = V3::try_new() {
            return avx2.vectorize(extremes);
        }
    }
    pulp::NullaryFnOnce::call(extremes)
}

struct Extremes<'a, F> {
    v: &'a [F],
    first: F,
}

impl<F: Real> pulp::NullaryFnOnce for Extremes<'_, F> {
    type Output = (usize, F, F);

    #[inline(always)]
    fn call(self) -> (usize, F, F) {
        let Self { v, first } = self;
        let (mut start, mut min, mut max) = (0, first, first);
        for (b, v) in v.chunks(FAR).enumerate() {
            let (low, high) = range::<F, 32>(v, first);
            if low < min {
                (start, min) = (b * FAR, low);
            }
            max = if high > max { high } else { max };
        }
        (start + place(v.get(start..).unwrap_or_default(), min), min, max)
    }
}

/// Where the first of the smallest numbers is.
#[inline(always)]
fn place<F: Real>(v: &[F], min: F) -> usize {
    v.iter().position(|v| *v == min).unwrap_or(0)
}

/// The smallest and the largest of some numbers and one more, which the compiler lays into vectors.
#[inline(always)]
fn range<F: Real, const WIDTH: usize>(v: &[F], first: F) -> (F, F) {
    let (mut low, mut high) = ([first; WIDTH], [first; WIDTH]);
    let (whole, rest) = v.as_chunks::<WIDTH>();
    for v in whole {
        for lane in 0..WIDTH {
            low[lane] = if v[lane] < low[lane] { v[lane] } else { low[lane] };
            high[lane] = if v[lane] > high[lane] { v[lane] } else { high[lane] };
        }
    }
    let (mut min, mut max) = (first, first);
    for &x in low.iter().chain(rest) {
        min = if x < min { x } else { min };
    }
    for &x in high.iter().chain(rest) {
        max = if x > max { x } else { max };
    }
    (min, max)
}

#[cfg(test)]
mod tests {
    use super::extremes;

    #[test]
    fn the_extremes_of_any_number_of_numbers() {
        for k in (1..70_u32).chain([4095, 4096, 4097, 9000]) {
            let v: Vec<f64> = (0..k).map(|i| f64::from(i * 7919 % k) + 1.0).collect();
            let smallest = v.iter().position(|x| v.iter().all(|other| x <= other)).expect("numbers");
            let largest = v.iter().copied().fold(0.0, f64::max);
            assert_eq!(extremes(&v), Some((smallest, v[smallest], largest)), "of {k}");
        }
    }

    #[test]
    fn the_first_of_equal_numbers_is_found() {
        for k in [5, 40, 10_000] {
            let mut v = vec![2.0; k];
            v[k / 2] = 1.0;
            v[k - 1] = 1.0;
            assert_eq!(extremes(&v), Some((k / 2, 1.0, 2.0)), "of {k}");
        }
        assert_eq!(extremes::<f64>(&[]), None, "of none");
    }
}
