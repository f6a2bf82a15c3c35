//! Analyses of 2×2 tables by convention.

use std::fmt;

use super::explain::{Explained, Switch, switches};
use super::{Convention, I2Definition};
use crate::effect_size::{EffectSize, FromTable, TableRecipe};
use crate::error::Error;
use crate::level::Level;
use crate::measure::{Measure, OddsRatio, RiskDifference, RiskRatio};
use crate::pool::{
    CommonEffect, Cuts, MantelHaenszel, MantelHaenszelMeasure, MantelHaenszelVariance, Pool, Pooled, QCentre,
    RandomEffects,
};
use crate::studies::Studies;
use crate::summary::{CorrectedCells, TwoByTwo, ZeroCells};
use crate::tau2::Tau2Method;

/// How tables are pooled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TableModel {
    /// Mantel and Haenszel's common effect, the default of Review Manager 5.
    #[default]
    MantelHaenszel,
    /// The common effect with inverse-variance weights.
    InverseVariance,
    /// Random effects beside a Mantel-Haenszel analysis: "M-H, random". Only the Q that τ² is made of can differ from
    /// the next, and only with DerSimonian and Laird's τ².
    MantelHaenszelRandom,
    /// Random effects: "IV, random".
    InverseVarianceRandom,
}

impl TableModel {
    const fn is_mantel_haenszel(self) -> bool {
        matches!(self, Self::MantelHaenszel | Self::MantelHaenszelRandom)
    }
}

/// An analysis of 2×2 tables with every choice spelt out; made by [`Convention::tables`].
///
/// The fields may be changed.
///
/// ```
/// use meta_analysis::{Convention, Level, OddsRatio, Pool, TableModel, TwoByTwo, ZeroCells};
///
/// let trials = [TwoByTwo::new([0, 20], [4, 18]), TwoByTwo::new([8, 32], [11, 31])];
/// let mut analysis = Convention::RevMan5.tables(OddsRatio, TableModel::MantelHaenszel);
/// analysis.sums = ZeroCells::NONE;
/// assert_eq!(format!("{:.3}", analysis.pool(&trials)?.natural().estimate), "0.488");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct TableAnalysis<M> {
    /// The measure.
    pub measure: M,
    /// How tables are pooled.
    pub model: TableModel,
    /// Zero cells in the effects of the studies.
    pub effects: ZeroCells,
    /// Zero cells in the Mantel-Haenszel sums.
    pub sums: ZeroCells,
    /// The variance of the Mantel-Haenszel risk difference; ratios have but one.
    pub variance: MantelHaenszelVariance,
    /// The centre of Q in a Mantel-Haenszel analysis.
    pub q_centre: QCentre,
    /// The estimator of the variance between studies.
    pub tau2: Tau2Method,
    /// The I² that is printed.
    pub i2: I2Definition,
    /// The level of the intervals.
    pub level: Level,
}

/// The measures of tables that conventions are about: [`RiskRatio`], [`OddsRatio`], [`RiskDifference`]. Sealed.
pub trait ConventionTableMeasure: sealed::Kind {}

impl<M: sealed::Kind> ConventionTableMeasure for M {}

mod sealed {
    use super::*;

    #[allow(unnameable_types, reason = "sealed: nobody else names it")]
    pub trait Kind: MantelHaenszelMeasure {
        const KIND: super::Kind;

        fn effects(self, zero_cells: ZeroCells, tables: &[TwoByTwo]) -> Result<Studies<Self>, Error>;

        fn mantel_haenszel(self, variance: MantelHaenszelVariance) -> MantelHaenszel<Self>;
    }
}

/// What conventions tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(unreachable_pub, unnameable_types, reason = "part of a sealed trait")]
pub enum Kind {
    OddsRatio,
    RiskRatio,
    RiskDifference,
}

fn studies<M>(measure: M, zero_cells: ZeroCells, tables: &[TwoByTwo]) -> Result<Studies<M>, Error>
where
    M: Measure + TableRecipe,
    FromTable<M>: EffectSize<TwoByTwo, Measure = M>,
{
    FromTable::new(measure).with_zero_cells(zero_cells).studies(tables)
}

impl sealed::Kind for OddsRatio {
    const KIND: Kind = Kind::OddsRatio;

    fn effects(self, zero_cells: ZeroCells, tables: &[TwoByTwo]) -> Result<Studies<Self>, Error> {
        studies(self, zero_cells, tables)
    }

    fn mantel_haenszel(self, _: MantelHaenszelVariance) -> MantelHaenszel<Self> {
        MantelHaenszel::new(self)
    }
}

impl sealed::Kind for RiskRatio {
    const KIND: Kind = Kind::RiskRatio;

    fn effects(self, zero_cells: ZeroCells, tables: &[TwoByTwo]) -> Result<Studies<Self>, Error> {
        studies(self, zero_cells, tables)
    }

    fn mantel_haenszel(self, _: MantelHaenszelVariance) -> MantelHaenszel<Self> {
        MantelHaenszel::new(self)
    }
}

impl sealed::Kind for RiskDifference {
    const KIND: Kind = Kind::RiskDifference;

    fn effects(self, zero_cells: ZeroCells, tables: &[TwoByTwo]) -> Result<Studies<Self>, Error> {
        studies(self, zero_cells, tables)
    }

    fn mantel_haenszel(self, variance: MantelHaenszelVariance) -> MantelHaenszel<Self> {
        MantelHaenszel::new(self).with_variance(variance)
    }
}

impl Convention {
    /// The analysis of 2×2 tables that this program does unless told otherwise.
    #[must_use]
    pub fn tables<M: ConventionTableMeasure>(self, measure: M, model: TableModel) -> TableAnalysis<M> {
        let half = ZeroCells::HALF;
        // Risk differences keep the effect of the counts as they are.
        let revman = if M::KIND == Kind::RiskDifference { half.in_variance_only() } else { half };
        let (effects, sums) = match (self, model) {
            (Self::RevMan5, _) => (revman, revman),
            // rma.mh and escalc differ in what they do without events in both arms.
            (Self::Metafor, TableModel::MantelHaenszel) => {
                (half.excluding_double_zeros(), ZeroCells::NONE.keeping_double_zeros())
            }
            (Self::Metafor, _) => (half.keeping_double_zeros(), ZeroCells::NONE.keeping_double_zeros()),
            (Self::Meta, _) if M::KIND == Kind::RiskRatio => (half.in_cells(CorrectedCells::Events), half),
            (Self::Meta, _) => (revman, revman),
        };
        let metafor = self == Self::Metafor;
        TableAnalysis {
            measure,
            model,
            effects,
            sums,
            variance: if metafor { MantelHaenszelVariance::Sato } else { MantelHaenszelVariance::GreenlandRobins },
            q_centre: if self == Self::Meta { QCentre::InverseVariance } else { QCentre::MantelHaenszel },
            tau2: if self == Self::RevMan5 { Tau2Method::DerSimonianLaird } else { Tau2Method::Reml },
            i2: if metafor { I2Definition::FromTau2 } else { I2Definition::FromQ },
            level: Level::P95,
        }
    }
}

impl<M: ConventionTableMeasure, S: AsRef<[TwoByTwo]> + ?Sized> Pool<S> for TableAnalysis<M> {
    type Output = Pooled<M>;

    fn pool(&self, tables: &S) -> Result<Pooled<M>, Error> {
        let tables = tables.as_ref();
        let mantel_haenszel = self.mantel_haenszel();
        let dersimonian_laird = self.tau2 == Tau2Method::DerSimonianLaird;
        match self.model {
            TableModel::MantelHaenszel => mantel_haenszel.pool(tables),
            TableModel::InverseVariance => {
                CommonEffect::new().with_level(self.level).pool(&self.measure.effects(self.effects, tables)?)
            }
            TableModel::MantelHaenszelRandom if dersimonian_laird && self.q_centre == QCentre::MantelHaenszel => {
                mantel_haenszel.random_effects().pool(tables)
            }
            TableModel::MantelHaenszelRandom | TableModel::InverseVarianceRandom => {
                let studies = self.measure.effects(self.effects, tables)?;
                RandomEffects::new(self.tau2).with_level(self.level).pool(&studies)
            }
        }
    }

    fn cuts<'a>(&'a self, tables: &'a S) -> Option<Box<dyn Cuts<Pooled<M>> + 'a>>
    where
        Pooled<M>: 'a,
    {
        match self.model {
            TableModel::MantelHaenszel => self.mantel_haenszel().parts(tables.as_ref()),
            _ => None,
        }
    }
}

impl<M: ConventionTableMeasure> TableAnalysis<M> {
    fn mantel_haenszel(&self) -> MantelHaenszel<M> {
        self.measure
            .mantel_haenszel(self.variance)
            .with_zero_cells(self.effects)
            .with_zero_cells_in_sums(self.sums)
            .with_q_about(self.q_centre)
            .with_level(self.level)
    }
}

impl<M: ConventionTableMeasure> Explained for TableAnalysis<M> {
    type Data = TwoByTwo;
    type Measure = M;

    fn result(&self, tables: &[TwoByTwo]) -> Result<Pooled<M>, Error> {
        self.pool(tables)
    }

    fn i2(&self) -> I2Definition {
        self.i2
    }

    fn switches(&self, to: &Self) -> Vec<Switch<Self>> {
        let mut now = *self;
        let random = matches!(self.model, TableModel::MantelHaenszelRandom | TableModel::InverseVarianceRandom);
        let sums = self.model.is_mantel_haenszel();
        let difference = M::KIND == Kind::RiskDifference && self.model == TableModel::MantelHaenszel;
        let double = |policy: ZeroCells| Choice(policy, policy.drops_double_zeros(M::KIND != Kind::RiskDifference));
        switches! { now, to;
            true, "the model", model, |model| ModelName(model);
            true, "zero cells in the effects of studies", effects, double;
            sums, "zero cells in the Mantel-Haenszel sums", sums, double;
            difference, "the variance of the Mantel-Haenszel risk difference", variance, |variance| match variance {
                MantelHaenszelVariance::GreenlandRobins => "Greenland and Robins",
                MantelHaenszelVariance::Sato => "Sato, Greenland and Robins",
            };
            random, "the estimator of tau2", tau2, |tau2| tau2;
            sums, "the centre of Q", q_centre, |centre| match centre {
                QCentre::MantelHaenszel => "the Mantel-Haenszel estimate",
                QCentre::InverseVariance => "the inverse-variance estimate",
            };
            random, "the definition of I2", i2, |i2| i2;
            true, "the level of the interval", level, |level| level;
        }
    }
}

/// A policy as a reader sees it.
struct Choice(ZeroCells, bool);

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(policy, dropped) = self;
        write!(f, "{policy}, {}", if *dropped { "double zeros left out" } else { "double zeros kept" })
    }
}

struct ModelName(TableModel);

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            TableModel::MantelHaenszel => "Mantel-Haenszel",
            TableModel::InverseVariance => "inverse variance",
            TableModel::MantelHaenszelRandom => "Mantel-Haenszel, random",
            TableModel::InverseVarianceRandom => "inverse variance, random",
        })
    }
}
