//! What one outcome's studies sum up to, without cancellation and whatever their order.
//!
//! Weighted means and sums of squares about them merge by the formula of Chan, Golub & `LeVeque` (1979) and Pébay
//! (2008): no sum of squares about 0 is ever taken. They are held in double-double arithmetic, so that a million
//! mergers in any order round to the same doubles up to the last digit or two; a mean near 1e8 keeps the digits of a
//! spread near 1.
//!
//! Two units, powers of two both, keep every sum in range. Weights are in that of the smallest variance seen, so that
//! none is above 1, and what underflows is nothing beside it; the unweighted sums are in that of the largest, for the
//! same reason. Changing the unit changes no digit.

use crate::distributions::DoubleDouble;
use crate::evidence::Weights;
use crate::num::scale::unit_of_variance;

/// A weighted mean with the weighted sum of squares about it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Moment {
    /// In the user's unit.
    pub(crate) mean: DoubleDouble,
    /// In the unit of the sums.
    pub(crate) squares: DoubleDouble,
}

impl Moment {
    pub(super) fn of(y: f64) -> Self {
        Self { mean: y.into(), squares: 0.0.into() }
    }

    /// Joins two with their total weights; `unit` is that of the squares (Chan, Golub & `LeVeque` 1979).
    pub(super) fn join(a: (DoubleDouble, Self), b: (DoubleDouble, Self), unit: f64) -> (DoubleDouble, Self) {
        // From the heavier mean, so that the step is the smaller one.
        let ((heavy, x), (light, y)) = if a.0.hi >= b.0.hi { (a, b) } else { (b, a) };
        let total = heavy.add(light);
        let share = light.divided_by(total);
        let step = y.mean.add(x.mean.negate());
        let mean = x.mean.add(step.times(share));
        let distance = scaled(step, unit);
        let between = distance.times(distance).times(heavy.times(share));
        (total, Self { mean, squares: x.squares.add(y.squares).add(between) })
    }
}

/// Multiplies by a power of two.
pub(super) fn scaled(x: DoubleDouble, factor: f64) -> DoubleDouble {
    DoubleDouble { hi: x.hi * factor, lo: x.lo * factor }
}

/// The sums at τ² = 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Sums {
    pub(crate) k: u64,
    /// The smallest and the largest variance, in the user's unit.
    pub(crate) v_min: f64,
    pub(crate) v_max: f64,
    /// How many studies have the smallest. They are counted apart from the others, so that what remains beside a
    /// dominating study is never found by subtraction.
    pub(crate) top: u64,
    /// Σ w and Σ w² of the others, w = 1 / v, in the unit of the smallest variance.
    pub(crate) rest: [DoubleDouble; 2],
    /// With weights w; the sum of squares is Q, a pure number.
    pub(crate) weighted: Moment,
    /// With equal weights; the sum of squares is in the unit of the largest variance.
    pub(crate) plain: Moment,
    /// Σ v, in the unit of the largest variance.
    pub(crate) variances: DoubleDouble,
}

/// The numbers that models are made of, in the user's unit unless they are pure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AtZeroSums {
    pub(crate) estimate: f64,
    pub(crate) std_error: f64,
    pub(crate) q: f64,
    /// `None` for one study, and where it overflows.
    pub(crate) typical: Option<f64>,
}

impl Sums {
    /// Those of one study, whose numbers must be valid.
    pub(crate) fn of(y: f64, v: f64) -> Self {
        let unit = unit_of_variance(v);
        Self {
            k: 1,
            v_min: v,
            v_max: v,
            top: 1,
            rest: [0.0.into(); 2],
            weighted: Moment::of(y),
            plain: Moment::of(y),
            variances: (v * unit * unit).into(),
        }
    }

    /// Both together; `None` if Q overflows.
    pub(crate) fn merge(&self, other: &Self) -> Option<Self> {
        if self.k == 0 || other.k == 0 {
            return Some(if self.k == 0 { *other } else { *self });
        }
        let (v_min, v_max) = (self.v_min.min(other.v_min), self.v_max.max(other.v_max));
        let (small, large) = (unit_of_variance(v_min), unit_of_variance(v_max));
        let ((top_a, rest_a), (top_b, rest_b)) = (self.weights_beside(v_min), other.weights_beside(v_min));
        let weights =
            |top: u64, rest: [DoubleDouble; 2]| inverse(v_min * small * small).times(count(top).into()).add(rest[0]);
        let (_, weighted) =
            Moment::join((weights(top_a, rest_a), self.weighted), (weights(top_b, rest_b), other.weighted), small);
        let (plain_a, variances_a) = self.unweighted_in(large);
        let (plain_b, variances_b) = other.unweighted_in(large);
        let (_, plain) = Moment::join((count(self.k).into(), plain_a), (count(other.k).into(), plain_b), large);
        let finite = [weighted, plain].iter().all(|moment| moment.mean.is_finite() && moment.squares.is_finite());
        finite.then_some(Self {
            k: self.k.saturating_add(other.k),
            v_min,
            v_max,
            top: top_a.saturating_add(top_b),
            rest: [rest_a[0].add(rest_b[0]), rest_a[1].add(rest_b[1])],
            weighted,
            plain,
            variances: variances_a.add(variances_b),
        })
    }

    /// How many studies have this smallest variance, and the sums of the other weights in its unit.
    fn weights_beside(&self, v_min: f64) -> (u64, [DoubleDouble; 2]) {
        if v_min == self.v_min {
            return (self.top, self.rest);
        }
        let unit = unit_of_variance(v_min);
        // At most 1; both steps one after the other, since the square may underflow where the result does not.
        let ratio = unit_of_variance(self.v_min) / unit;
        let change = |x: DoubleDouble, times: i32| (0..times).fold(x, |x, _| scaled(x, ratio));
        let (weight, top) = (inverse(self.v_min * unit * unit), DoubleDouble::from(count(self.top)));
        let sum = change(self.rest[0], 2).add(weight.times(top));
        let squares = change(self.rest[1], 4).add(weight.times(weight).times(top));
        (0, [sum, squares])
    }

    /// The unweighted sums in another unit, which is at most their own.
    fn unweighted_in(&self, unit: f64) -> (Moment, DoubleDouble) {
        let ratio = unit / unit_of_variance(self.v_max);
        let change = |x: DoubleDouble| scaled(scaled(x, ratio), ratio);
        (Moment { mean: self.plain.mean, squares: change(self.plain.squares) }, change(self.variances))
    }

    /// The weights relative to the largest.
    fn relative(&self) -> Weights {
        let unit = unit_of_variance(self.v_min);
        let c = self.v_min * unit * unit;
        let by_c = DoubleDouble::from(c);
        let [sum, squares] = self.rest;
        Weights::new(c, count(self.top), [sum.times(by_c).hi, squares.times(by_c).times(by_c).hi, 0.0, 0.0])
    }

    fn degrees(&self) -> f64 {
        count(self.k) - 1.0
    }

    /// What a common effect is; there must be a study.
    pub(crate) fn at_zero(&self) -> AtZeroSums {
        let (unit, weights) = (unit_of_variance(self.v_min), self.relative());
        let typical = self.degrees() * weights.c / weights.trace() / unit / unit;
        AtZeroSums {
            estimate: self.weighted.mean.hi,
            std_error: (weights.c / weights.total()).sqrt() / unit,
            q: self.weighted.squares.hi,
            typical: (self.k > 1 && typical.is_finite()).then_some(typical),
        }
    }

    /// Q less a number, to the last digit.
    fn excess(&self, expected: f64) -> f64 {
        self.weighted.squares.add((-expected).into()).hi
    }

    /// τ² by the moment of Q with weights 1 / v: DerSimonian & Laird (1986), equation 8. In the user's unit, for two
    /// studies and more.
    pub(crate) fn dersimonian_laird(&self) -> f64 {
        let weights = self.relative();
        self.small_to_user((self.excess(self.degrees()) * weights.c / weights.trace()).max(0.0))
    }

    /// τ² as Q in excess of k (Hunter & Schmidt 1990); with `small_sample` k / (k - 1) times Q (Brannick et al. 2019).
    pub(crate) fn hunter_schmidt(&self, small_sample: bool) -> f64 {
        let (weights, k) = (self.relative(), DoubleDouble::from(count(self.k)));
        let q = match small_sample {
            true => self.weighted.squares.times(k.divided_by(self.degrees().into())),
            false => self.weighted.squares,
        };
        let excess = q.add(k.negate()).hi;
        self.small_to_user((excess * weights.c / weights.total()).max(0.0))
    }

    /// τ² as Q² / ((2 (k-1) + Q) tr P) (Hartung & Makambi 2003).
    pub(crate) fn hartung_makambi(&self) -> f64 {
        let (weights, q) = (self.relative(), self.weighted.squares.hi);
        self.small_to_user(q / (2.0 * self.degrees() + q) * (q * weights.c / weights.trace()))
    }

    /// τ² as the variance of the effects less their mean sampling variance (Hedges & Olkin 1985).
    pub(crate) fn hedges_olkin(&self) -> f64 {
        let between = self.plain.squares.divided_by(self.degrees().into());
        let within = self.variances.divided_by(count(self.k).into());
        let unit = unit_of_variance(self.v_max);
        between.add(within.negate()).hi.max(0.0) / unit / unit
    }

    fn small_to_user(&self, variance: f64) -> f64 {
        let unit = unit_of_variance(self.v_min);
        variance / unit / unit
    }
}

/// 1 / x, 0 if x has overflowed.
fn inverse(x: f64) -> DoubleDouble {
    if x.is_finite() { DoubleDouble::from(1.0).divided_by(x.into()) } else { 0.0.into() }
}

/// A number of studies as a double.
#[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^53 studies")]
pub(crate) fn count(k: u64) -> f64 {
    k as f64
}

/// The sums at a given τ², of the studies that are in a first round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SumsAt {
    pub(crate) k: u64,
    /// Σ w, w = 1 / (v + τ²), in the unit of the smallest variance plus τ².
    pub(crate) total: DoubleDouble,
    /// With weights w.
    pub(crate) moment: Moment,
}

impl SumsAt {
    pub(crate) const EMPTY: Self = Self {
        k: 0,
        total: DoubleDouble { hi: 0.0, lo: 0.0 },
        moment: Moment { mean: DoubleDouble { hi: 0.0, lo: 0.0 }, squares: DoubleDouble { hi: 0.0, lo: 0.0 } },
    };

    pub(crate) fn of(y: f64, v: f64, tau2: f64, unit: f64) -> Self {
        // Each in the unit: their sum may be out of range in the user's.
        let variance = DoubleDouble::sum(v * unit * unit, tau2 * unit * unit);
        let total = if variance.hi.is_finite() { DoubleDouble::from(1.0).divided_by(variance) } else { 0.0.into() };
        Self { k: 1, total, moment: Moment::of(y) }
    }

    /// Both together; `None` if the sum of squares overflows.
    pub(crate) fn merge(&self, other: &Self, unit: f64) -> Option<Self> {
        if self.k == 0 || other.k == 0 {
            return Some(if self.k == 0 { *other } else { *self });
        }
        let (total, moment) = if self.total.hi == 0.0 && other.total.hi == 0.0 {
            // Neither has any weight beside the most precise study, which is yet to come.
            (self.total, self.moment)
        } else {
            Moment::join((self.total, self.moment), (other.total, other.moment), unit)
        };
        let finite = moment.mean.is_finite() && moment.squares.is_finite();
        finite.then_some(Self { k: self.k.saturating_add(other.k), total, moment })
    }
}
