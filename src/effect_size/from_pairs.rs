//! Effects of matched pairs.

use super::binary::log_ratio;
use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::effect_size::checked::{checked, effects_of_sets, not_estimable};
use crate::error::{Error, ErrorKind};
use crate::measure::{ConditionalOddsRatio, Measure, OddsRatio, PetoOddsRatio, RiskDifference, RiskRatio};
use crate::studies::Studies;
use crate::summary::{Cells, CorrectedCells, MatchedPairs, ZeroCells};

/// A recipe on [`MatchedPairs`] (for [`OddsRatio`] also on [`PairedMargins`](crate::PairedMargins)) with another zero-cell policy than its own.
///
/// [`CorrectedCells::Events`] is, in a table of pairs, the three cells of pairs with an event; the arms of
/// [`ZeroCells::treatment_arm`] have one size, so that it adds one half.
///
/// # Formula
/// With a pairs that have the event in both arms, b under treatment alone, c under control alone, d in neither, n in all:
/// ```text
/// risk difference          y = (b - c) / n                    v = (q (1 - q) + 2 q r + r (1 - r)) / n    q = b/n, r = c/n
/// risk ratio               y = ln ((a + b) / (a + c))         v = (b + c) / ((a + b) (a + c))
/// odds ratio               y = logit p1 - logit p2            v = (q (1 - q) + 2 q r + r (1 - r)) / (n p1 (1 - p1) p2 (1 - p2))
///                              p1 = (a + b)/n, p2 = (a + c)/n
/// conditional odds ratio   y = ln (b / c)                     v = 1/b + 1/c
/// Peto odds ratio          y = 2 (b - c) / (b + c)            v = 4 / (b + c)
/// ```
/// (Agresti 2002; Becker & Balagtas 1993; Curtin et al. 2002; Zou 2007). From margins alone the variance of the odds ratio is
/// v1 + v2 - 2 ρ √(v1 v2), with v1, v2 those of the two log odds and ρ the correlation within pairs (Elbourne et al. 2002).
///
/// # Scale
/// In: counts of pairs. Out: the analysis scale of the measure.
///
/// # Errors
/// [`NotEstimable`](ErrorKind::NotEstimable) for a study that the policy leaves out, and for one whose effect or variance
/// needs a correction that the policy does not give; [`ArmTooSmall`](ErrorKind::ArmTooSmall) without any pair;
/// [`OutOfRange`](ErrorKind::OutOfRange) for a constant so large or small that the result is not a positive finite number.
///
/// # Example
/// ```
/// use meta_analysis::{ConditionalOddsRatio, EffectSize, FromPairs, MatchedPairs, ZeroCells};
///
/// // The zero is not one of the two cells that count.
/// let pairs = MatchedPairs::new([0, 5], [7, 30]);
/// let recipe = FromPairs::new(ConditionalOddsRatio).with_zero_cells(ZeroCells::NONE);
/// assert_eq!(format!("{:.4}", recipe.effect(&pairs)?.v()), "0.3429");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FromPairs<M: MatchedPairsMeasure> {
    measure: M,
    zero_cells: Option<ZeroCells>,
}

/// The measures of [`MatchedPairs`]. Sealed.
pub trait MatchedPairsMeasure: Measure + sealed::PairsFormula {}

impl<M: Measure + sealed::PairsFormula> MatchedPairsMeasure for M {}

mod sealed {
    use super::{Cells, MatchedPairs, ZeroCells};

    /// What differs between the measures.
    #[allow(unnameable_types, reason = "sealed: nobody else names it")]
    pub trait PairsFormula: Copy {
        /// The measure's own policy.
        const ZERO_CELLS: ZeroCells = ZeroCells::HALF;
        /// True if a study without information within pairs is left out by default.
        const RELATIVE: bool = true;

        /// Why the study says nothing on the measure, if it does not.
        fn nothing(self, pairs: &MatchedPairs) -> Option<&'static str> {
            pairs.no_ratio()
        }

        /// The effect.
        fn y(self, cells: &Cells) -> f64;

        /// Its variance.
        fn v(self, cells: &Cells) -> f64;
    }
}

impl<M: MatchedPairsMeasure> FromPairs<M> {
    /// The recipe with the defaults of the measure.
    #[must_use]
    pub const fn new(measure: M) -> Self {
        Self { measure, zero_cells: None }
    }

    /// The same with another policy on zero cells.
    #[must_use]
    pub fn with_zero_cells(self, zero_cells: ZeroCells) -> Self {
        Self { zero_cells: Some(zero_cells), ..self }
    }

    pub(super) fn policy(&self) -> ZeroCells {
        self.zero_cells.unwrap_or(M::ZERO_CELLS)
    }

    fn effects(&self, data: &[&MatchedPairs]) -> Vec<Result<Effect<M>, Error>> {
        let policy = self.policy();
        let left_out =
            |pairs: &MatchedPairs| self.measure.nothing(pairs).filter(|_| policy.drops_double_zeros(M::RELATIVE));
        let any = data.iter().any(|pairs| pairs.has_zero_cell() && left_out(pairs).is_none());
        let effect = |pairs: &&MatchedPairs| {
            pairs.check_some()?;
            if let Some(reason) = left_out(pairs) {
                return Err(not_estimable(self.measure, reason));
            }
            let (plain, added) = (pairs.cells(), policy.corrects(pairs.has_zero_cell(), any));
            let corrected = if added { corrected(plain, policy) } else { plain };
            let [for_effect, for_variance] = policy.entering(plain, corrected);
            let pair = [self.measure.y(&for_effect), self.measure.v(&for_variance)];
            let zero = for_effect.has_zero() || for_variance.has_zero();
            checked(self.measure, pair, zero, added.then_some(policy))
        };
        data.iter().map(effect).collect()
    }
}

fn corrected(Cells { a, b, c, d }: Cells, policy: ZeroCells) -> Cells {
    let [amount, _] = policy.amounts(1.0, 1.0);
    let last = match policy.cells() {
        CorrectedCells::All => amount,
        CorrectedCells::Events => 0.0,
    };
    Cells { a: a + amount, b: b + amount, c: c + amount, d: d + last }
}

impl<M: MatchedPairsMeasure> EffectSize<MatchedPairs> for FromPairs<M> {
    type Measure = M;

    effects_of_sets!(MatchedPairs, effects);
}

macro_rules! pair_recipes {
    ($($measure:ident),*) => {$(
        impl EffectSize<MatchedPairs> for $measure {
            type Measure = Self;

            fn effect(&self, pairs: &MatchedPairs) -> Result<Effect<Self>, Error> {
                FromPairs::new(*self).effect(pairs)
            }
        }
    )*};
}

pair_recipes!(RiskDifference, RiskRatio, OddsRatio, ConditionalOddsRatio, PetoOddsRatio);

/// The variance of (b - c) / n, as a sum of positive terms.
fn difference_variance(cells: &Cells) -> f64 {
    let Cells { a, b, c, d } = *cells;
    let n = (a + b) + (c + d);
    let (q, r) = (b / n, c / n);
    (q * ((a + c + d) / n) + 2.0 * q * r + r * ((a + b + d) / n)) / n
}

impl sealed::PairsFormula for RiskDifference {
    const RELATIVE: bool = false;

    fn y(self, cells: &Cells) -> f64 {
        (cells.b - cells.c) / (cells.n1() + cells.n2())
    }

    fn v(self, cells: &Cells) -> f64 {
        difference_variance(cells)
    }
}

impl sealed::PairsFormula for RiskRatio {
    fn y(self, &Cells { a, b, c, .. }: &Cells) -> f64 {
        log_ratio(a + b, a + c, (b - c) / (a + c))
    }

    fn v(self, &Cells { a, b, c, .. }: &Cells) -> f64 {
        (b + c) / (a + b) / (a + c)
    }
}

impl sealed::PairsFormula for OddsRatio {
    fn y(self, cells: &Cells) -> f64 {
        let Cells { a, b, c, d } = *cells;
        // (a + b) (b + d) - (a + c) (c + d) = (b - c) n.
        let n = cells.n1() + cells.n2();
        log_ratio((a + b) / (c + d), (a + c) / (b + d), (b - c) / (a + c) * (n / (c + d)))
    }

    fn v(self, cells: &Cells) -> f64 {
        let Cells { a, b, c, d } = *cells;
        let n = cells.n1() + cells.n2();
        difference_variance(cells) / ((a + b) / n * ((c + d) / n)) / ((a + c) / n * ((b + d) / n))
    }
}

impl sealed::PairsFormula for ConditionalOddsRatio {
    fn nothing(self, pairs: &MatchedPairs) -> Option<&'static str> {
        pairs.no_discordant()
    }

    fn y(self, &Cells { b, c, .. }: &Cells) -> f64 {
        log_ratio(b, c, (b - c) / c)
    }

    fn v(self, &Cells { b, c, .. }: &Cells) -> f64 {
        b.recip() + c.recip()
    }
}

impl sealed::PairsFormula for PetoOddsRatio {
    const ZERO_CELLS: ZeroCells = ZeroCells::NONE;

    fn nothing(self, pairs: &MatchedPairs) -> Option<&'static str> {
        pairs.no_discordant()
    }

    fn y(self, &Cells { b, c, .. }: &Cells) -> f64 {
        2.0 * ((b - c) / (b + c))
    }

    fn v(self, &Cells { b, c, .. }: &Cells) -> f64 {
        4.0 / (b + c)
    }
}
