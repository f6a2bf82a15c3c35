//! What the sums over many studies are made of, for one study and for several in a vector; effects and variances in the kernel's unit.

use super::{split, split_at};
use crate::num::lanes::Lanes;
use crate::num::pair_sum::{WeighTwo, quotients};
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

impl WeighTwo for AtTau2 {
    #[inline(always)]
    fn weights<L: Lanes>(&self, v: [L; 2]) -> [L; 2] {
        quotients(v[0].same(self.c), v.map(|v| v + v.same(self.tau2)))
    }
}

/// The weights 1 / v.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inverse;

impl Weigh for Inverse {
    #[inline(always)]
    fn weight<L: Lanes>(&self, v: L) -> L {
        v.same(1.0) / v
    }
}

impl WeighTwo for Inverse {
    #[inline(always)]
    fn weights<L: Lanes>(&self, v: [L; 2]) -> [L; 2] {
        quotients(v[0].same(1.0), v)
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

/// How many have the largest weight, Σ u, Σ u², Σ u³ and Σ u⁴ of the rest, Σ u and Σ u d of all.
#[derive(Clone, Copy, Debug)]
pub(super) struct FullyCentred;

impl Terms<7> for FullyCentred {
    #[inline(always)]
    fn of<L: Lanes>(&self, d: L, u: L) -> [L; 7] {
        let [top, rest, square, cube, fourth] = powers(u);
        [top, rest, square, cube, fourth, u, u * d]
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

/// The same, and Σ r².
#[derive(Clone, Copy, Debug)]
pub(super) struct ResidualsAndSpread(pub(super) f64);

impl Terms<7> for ResidualsAndSpread {
    #[inline(always)]
    fn of<L: Lanes>(&self, d: L, u: L) -> [L; 7] {
        let r = d - d.same(self.0);
        let [q, pp, top_r2, ur, u2r, u3r2] = Residuals(self.0).of(d, u);
        [q, pp, top_r2, ur, u2r, u3r2, r * r]
    }
}

/// How many have the largest weight, Σ u, Σ u², Σ u³ and Σ u⁴ of the rest, Σ u d and Σ u d².
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

/// Σ u, Σ u², Σ u³, Σ u d and Σ u d².
#[derive(Clone, Copy, Debug)]
pub(super) struct PowersWithSquares;

impl Terms<5> for PowersWithSquares {
    #[inline(always)]
    fn of<L: Lanes>(&self, d: L, u: L) -> [L; 5] {
        let (square, ud) = (u * u, u * d);
        [u, square, square * u, ud, ud * d]
    }
}

/// Σ u^n, Σ u^n d and Σ u^n d² for n = 1, 2 and 3.
#[derive(Clone, Copy, Debug)]
pub(super) struct AllPowers;

impl Terms<9> for AllPowers {
    #[inline(always)]
    fn of<L: Lanes>(&self, d: L, u: L) -> [L; 9] {
        let square = u * u;
        let powers = [u, square, square * u];
        let once = powers.map(|power| power * d);
        let twice = once.map(|once| once * d);
        let ([u, u2, u3], [ud, u2d, u3d], [ud2, u2d2, u3d2]) = (powers, once, twice);
        [u, u2, u3, ud, u2d, u3d, ud2, u2d2, u3d2]
    }
}

/// Σ u, Σ u², Σ u³ and Σ u d.
#[derive(Clone, Copy, Debug)]
pub(super) struct Powers;

impl Terms<4> for Powers {
    #[inline(always)]
    fn of<L: Lanes>(&self, d: L, u: L) -> [L; 4] {
        let square = u * u;
        [u, square, square * u, u * d]
    }
}

/// Σ u r², Σ u² r², Σ u² r, Σ u³ r² and Σ r² about a mean.
#[derive(Clone, Copy, Debug)]
pub(super) struct PowersOfResiduals(pub(super) f64);

impl Terms<5> for PowersOfResiduals {
    #[inline(always)]
    fn of<L: Lanes>(&self, d: L, u: L) -> [L; 5] {
        let r = d - d.same(self.0);
        let ur = u * r;
        let u2r = u * ur;
        [ur * r, ur * ur, u2r, u2r * ur, r * r]
    }
}

/// Σ d and Σ d², unweighted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Squares;

impl Terms<2> for Squares {
    #[inline(always)]
    fn of<L: Lanes>(&self, d: L, _: L) -> [L; 2] {
        [d, d * d]
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
