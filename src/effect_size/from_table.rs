//! Effects of 2×2 tables with a choice of zero-cell policy and variance.

use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::effect_size::checked::{checked, effects_of_sets, not_estimable};
use crate::effect_size::{CoxD, LogisticD, ProbitD};
use crate::error::{Error, ErrorKind};
use crate::measure::{
    ArcsineDifference, DiagnosticOddsRatio, FisherZPhi, FisherZTetrachoric, Measure, OddsRatio, PetoOddsRatio,
    PhiCoefficient, RiskDifference, RiskRatio, TetrachoricCorrelation, VaccineEfficacy, YuleQ, YuleY,
};
use crate::num::sum::Compensated;
use crate::studies::Studies;
use crate::summary::{Cells, Corrected, TwoByTwo, ZeroCells};

/// A recipe on 2×2 tables with another zero-cell policy or variance than its own.
///
/// A measure such as [`RiskRatio`](crate::RiskRatio) is a recipe itself, with the defaults of the field; this is for the
/// rest.
///
/// | option | default | purpose | values |
/// |---|---|---|---|
/// | [`with_zero_cells`](Self::with_zero_cells) | the recipe's | cells without a patient | [`ZeroCells`] |
/// | [`with_variance`](Self::with_variance) | large sample | the sampling variance | [`RatioVariance`], [`RiskDifferenceVariance`], [`PhiVariance`](crate::PhiVariance) |
///
/// Some choices look at the whole set ([`RatioVariance::Average`],
/// [`CorrectedStudies::AllIfAny`](crate::CorrectedStudies::AllIfAny)). For them use
/// [`studies`](EffectSize::studies); [`effect`](EffectSize::effect) takes the study for the whole set.
///
/// # Scale
/// In: counts. Out: the analysis scale of the recipe's measure.
///
/// # Errors
/// [`NotEstimable`](ErrorKind::NotEstimable) for a table that the policy leaves out, and for one whose effect or variance
/// needs a correction that the policy does not give; [`ArmTooSmall`](ErrorKind::ArmTooSmall) for an empty arm;
/// [`OutOfRange`](ErrorKind::OutOfRange) for a constant so large or small that the result is not a positive finite number.
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, FromTable, OddsRatio, RatioVariance, TwoByTwo, ZeroCells};
///
/// let tables = [TwoByTwo::new([0, 12], [4, 11]), TwoByTwo::new([25, 75], [40, 60])];
/// let tenth = ZeroCells::constant(0.1)?;
/// let recipe = FromTable::new(OddsRatio).with_zero_cells(tenth).with_variance(RatioVariance::Average);
/// let studies = recipe.studies(&tables)?;
/// assert_eq!(studies.corrected(), 1);
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FromTable<R: TableRecipe> {
    recipe: R,
    zero_cells: ZeroCells,
    variance: R::Variance,
}

/// The sampling variance of a risk ratio or an odds ratio.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RatioVariance {
    /// The large-sample variance of the study's own proportions.
    #[default]
    #[doc(alias = "LS")]
    LargeSample,
    /// The large-sample variance, with the mean proportion of each arm over all studies, weighted by size, in place of
    /// the study's own. It takes the correlation out of effect and variance (Berkey et al. 1995).
    #[doc(alias = "AV")]
    Average,
    /// The large-sample variance if there were no effect: with the proportion of both arms together.
    #[doc(alias = "H0")]
    Null,
}

/// The sampling variance of a risk difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RiskDifferenceVariance {
    /// The large-sample variance Σ p (1 - p) / n.
    #[default]
    #[doc(alias = "LS")]
    LargeSample,
    /// The unbiased variance Σ p (1 - p) / (n - 1); not estimable with a single patient in an arm.
    #[doc(alias = "UB")]
    Unbiased,
    /// As [`RatioVariance::Average`].
    #[doc(alias = "AV")]
    Average,
    /// As [`RatioVariance::Null`].
    #[doc(alias = "H0")]
    Null,
}

/// The recipes that [`FromTable`] gives other options: every recipe of this crate on a [`TwoByTwo`]. Sealed.
pub trait TableRecipe: sealed::TableFormula {}

impl<R: sealed::TableFormula> TableRecipe for R {}

/// Events and non-events of each arm, summed over all studies.
#[derive(Clone, Copy, Debug)]
#[allow(unreachable_pub, unnameable_types, reason = "sealed: nobody else names it")]
pub struct Total {
    pub(super) treated: [f64; 2],
    pub(super) control: [f64; 2],
}

pub(super) mod sealed {
    use super::{Corrected, Measure, Total, ZeroCells};

    /// What differs between the measures.
    #[allow(unnameable_types, reason = "sealed: nobody else names it")]
    pub trait TableFormula: Copy {
        /// What the effect measures.
        type Measure: Measure;
        /// The choices of a variance.
        type Variance: Copy + std::fmt::Debug + Default + PartialEq + Send + Sync + 'static;
        /// The measure's own policy.
        const ZERO_CELLS: ZeroCells = ZeroCells::HALF;
        /// True if a study without events, or without non-events, in both arms says nothing on the measure.
        const RELATIVE: bool = true;

        /// What the effect measures.
        fn measure(self) -> Self::Measure;

        /// The effect and its variance, not finite where a cell is zero that must not be; or why there are none.
        fn pair(self, table: &Corrected, variance: Self::Variance, all: &Total) -> Result<[f64; 2], &'static str>;
    }
}

impl<R: TableRecipe + Default> Default for FromTable<R> {
    fn default() -> Self {
        Self::new(R::default())
    }
}

impl<R: TableRecipe> FromTable<R> {
    /// The recipe with its defaults.
    #[must_use]
    pub fn new(recipe: R) -> Self {
        Self { recipe, zero_cells: R::ZERO_CELLS, variance: R::Variance::default() }
    }

    /// The same with another policy on zero cells.
    #[must_use]
    pub fn with_zero_cells(self, zero_cells: ZeroCells) -> Self {
        Self { zero_cells, ..self }
    }

    /// The same with another variance. Measures with one variance have `()` for it.
    #[must_use]
    pub fn with_variance(self, variance: R::Variance) -> Self {
        Self { variance, ..self }
    }

    fn effects(&self, tables: &[&TwoByTwo]) -> Vec<Result<Effect<R::Measure>, Error>> {
        let corrected: Vec<_> = self.zero_cells.correct(tables.iter().copied(), R::RELATIVE).collect();
        let total = Total::of(corrected.iter().flatten());
        let effect = |(table, corrected): (&&TwoByTwo, Result<Corrected, &'static str>)| {
            table.check_arms()?;
            let corrected = corrected.map_err(|reason| not_estimable(self.recipe.measure(), reason))?;
            self.effect_of(&corrected, &total)
        };
        tables.iter().zip(corrected).map(effect).collect()
    }

    fn effect_of(&self, table: &Corrected, total: &Total) -> Result<Effect<R::Measure>, Error> {
        let pair = self.recipe.pair(table, self.variance, total);
        let [y, v] = pair.map_err(|reason| not_estimable(self.recipe.measure(), reason))?;
        let zero = table.for_effect.has_zero() || table.for_variance.has_zero();
        checked(self.recipe.measure(), [y, v], zero, table.added.then_some(self.zero_cells))
    }
}

impl<R: TableRecipe> EffectSize<TwoByTwo> for FromTable<R> {
    type Measure = R::Measure;

    effects_of_sets!(TwoByTwo, effects);
}

impl Total {
    fn of<'a>(tables: impl Iterator<Item = &'a Corrected>) -> Self {
        let mut sums = [Compensated::default(); 4];
        for Corrected { for_variance: Cells { a, b, c, d }, .. } in tables {
            for (sum, cell) in sums.iter_mut().zip([*a, *b, *c, *d]) {
                sum.add(cell);
            }
        }
        let [a, b, c, d] = sums.map(Compensated::total);
        Self { treated: [a, b], control: [c, d] }
    }
}

/// Makes measures recipes on a table, with the defaults of [`FromTable`].
macro_rules! table_recipes {
    ($($measure:ident),* $(,)?) => {$(
        impl EffectSize<TwoByTwo> for $measure {
            type Measure = <Self as sealed::TableFormula>::Measure;

            fn effect(&self, table: &TwoByTwo) -> Result<Effect<Self::Measure>, Error> {
                FromTable::new(*self).effect(table)
            }

            fn studies<'a, I>(&self, tables: I) -> Result<Studies<Self::Measure>, Error>
            where
                I: IntoIterator<Item = &'a TwoByTwo>,
            {
                FromTable::new(*self).studies(tables)
            }

            fn labelled_studies<'a, L, I>(&self, tables: I) -> Result<Studies<Self::Measure>, Error>
            where
                L: Into<String>,
                I: IntoIterator<Item = (L, &'a TwoByTwo)>,
            {
                FromTable::new(*self).labelled_studies(tables)
            }
        }
    )*};
}

table_recipes!(RiskRatio, OddsRatio, RiskDifference, PetoOddsRatio, ArcsineDifference, VaccineEfficacy);
table_recipes!(DiagnosticOddsRatio, PhiCoefficient, FisherZPhi, YuleQ, YuleY, TetrachoricCorrelation);
table_recipes!(FisherZTetrachoric, LogisticD, CoxD, ProbitD);

/// In a formula: the recipe is the measure.
macro_rules! of_itself {
    () => {
        type Measure = Self;

        fn measure(self) -> Self {
            self
        }
    };
}
pub(super) use of_itself;
