//! What the sums over many studies are made of, for one study and for several in a vector; effects and variances in the kernel's unit.

use super::{split, split_at};
use crate::num::lanes::Lanes;
use crate::num::vector_sum::{Terms, Weigh};

/// The relative weights u = c / (v + tau2) with `c = v_min + tau2`.
#[derive(Clone, Copy, Debug)]
pub(super) struct AtTau2 {
    pub(super) c: f64,
    pub(super) tau2: f64,
}

impl Weigh for AtTau2 {
    #[inline(always)]
    fn weight<L: Lanes>(&self, v: L) -> L {
        v.same(self.c) / (v + v.same(self.tau2))
    }
}

/// No weights.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unweighted;

impl Weigh for Unweighted {
    #[inline(always)]
    fn weight<L: Lanes>(&self, v: L) -> L {
        v
    }
}

/// (1, 0, 0, 0, 0) for the largest weight, (0, u, u², u³, u⁴) for any other.
#[inline(always)]
fn powers<L: Lanes>(u: L) -> [L; 5] {
    let (top, rest) = split(u);
    let square = rest * rest;
    [top, rest, square, square * rest, square * square]
}

/// Σ u and Σ u d.
#[derive(Clone, Copy, Debug)]
pub(super) struct Centred;

impl Terms<2> for Centred {
    #[inline(always)]
    fn of<L: Lanes>(&self, d: L, u: L) -> [L; 2] {
        [u, u * d]
    }
}

/// How many have the largest weight, Σ u, Σ u², Σ u³ and Σ u⁴ of the rest, Σ u d.
#[derive(Clone, Copy, Debug)]
pub(super) struct FullyCentred;

impl Terms<6> for FullyCentred {
    #[inline(always)]
    fn of<L: Lanes>(&self, d: L, u: L) -> [L; 6] {
        let [top, rest, square, cube, fourth] = powers(u);
        [top, rest, square, cube, fourth, u * d]
    }
}

/// Σ u r² about a mean.
#[derive(Clone, Copy, Debug)]
pub(super) struct SquaredResiduals(pub(super) f64);

impl Terms<1> for SquaredResiduals {
    #[inline(always)]
    fn of<L: Lanes>(&self, d: L, u: L) -> [L; 1] {
        let r = d - d.same(self.0);
        [u * (r * r)]
    }
}

/// Σ u r² and Σ u² r² about a mean.
#[derive(Clone, Copy, Debug)]
pub(super) struct TwiceWeighted(pub(super) f64);

impl Terms<2> for TwiceWeighted {
    #[inline(always)]
    fn of<L: Lanes>(&self, d: L, u: L) -> [L; 2] {
        let r = d - d.same(self.0);
        let ur2 = u * (r * r);
        [ur2, u * ur2]
    }
}

/// The sums of `ResidualSums` about a mean, in the order of its fields.
#[derive(Clone, Copy, Debug)]
pub(super) struct Residuals(pub(super) f64);

impl Terms<6> for Residuals {
    #[inline(always)]
    fn of<L: Lanes>(&self, d: L, u: L) -> [L; 6] {
        let r = d - d.same(self.0);
        let all = u * r;
        // The largest weight is 1, and adds nothing to the sums over the rest.
        let (top, rest) = split_at(u, all);
        [all * r, all * all, top * top, rest, u * rest, u * (rest * rest)]
    }
}

/// The sums of [`FullyCentred`], and Σ u d².
#[derive(Clone, Copy, Debug)]
pub(super) struct CentredWithSquares;

impl Terms<7> for CentredWithSquares {
    #[inline(always)]
    fn of<L: Lanes>(&self, d: L, u: L) -> [L; 7] {
        let [top, rest, square, cube, fourth] = powers(u);
        let ud = u * d;
        [top, rest, square, cube, fourth, ud, ud * d]
    }
}

/// The sums of [`FullyCentred`], and those of residuals about a guess of the mean: Σ u r² and Σ u r.
#[derive(Clone, Copy, Debug)]
pub(super) struct CentredAbout(pub(super) f64);

impl Terms<8> for CentredAbout {
    #[inline(always)]
    fn of<L: Lanes>(&self, d: L, u: L) -> [L; 8] {
        let r = d - d.same(self.0);
        let [top, rest, square, cube, fourth] = powers(u);
        let residual = u * r;
        [top, rest, square, cube, fourth, u * d, residual * r, residual]
    }
}

/// The sums of [`FullyCentred`], those of [`Residuals`] about a guess of the mean, Σ r of the largest weight and Σ u³ r of the rest.
#[derive(Clone, Copy, Debug)]
pub(super) struct CentredWithResiduals(pub(super) f64);

impl Terms<14> for CentredWithResiduals {
    #[inline(always)]
    fn of<L: Lanes>(&self, d: L, u: L) -> [L; 14] {
        let r = d - d.same(self.0);
        let [top, rest, square, cube, fourth] = powers(u);
        let all = u * r;
        let (top_r, rest_r) = split_at(u, all);
        let twice = u * rest_r;
        let [q, pp, top_r2, u3r2] = [all * r, all * all, top_r * top_r, u * (rest_r * rest_r)];
        [top, rest, square, cube, fourth, u * d, q, pp, top_r2, rest_r, twice, u3r2, top_r, u * twice]
    }
}

/// Σ r and Σ r² about a guess of the mean, unweighted.
#[derive(Clone, Copy, Debug)]
pub(super) struct GuessedDeviations(pub(super) f64);

impl Terms<2> for GuessedDeviations {
    #[inline(always)]
    fn of<L: Lanes>(&self, d: L, _: L) -> [L; 2] {
        let r = d - d.same(self.0);
        [r, r * r]
    }
}

/// Σ d.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effects;

impl Terms<1> for Effects {
    #[inline(always)]
    fn of<L: Lanes>(&self, d: L, _: L) -> [L; 1] {
        [d]
    }
}

/// Σ (d - mean)².
#[derive(Clone, Copy, Debug)]
pub(super) struct Deviations(pub(super) f64);

impl Terms<1> for Deviations {
    #[inline(always)]
    fn of<L: Lanes>(&self, d: L, _: L) -> [L; 1] {
        let r = d - d.same(self.0);
        [r * r]
    }
}
