//! What is done about cells without a patient.

use std::fmt;
use std::hash::{Hash, Hasher};

use crate::error::{Error, ErrorKind};
use crate::summary::TwoByTwo;
use crate::summary::two_by_two::Cells;

/// What is added to the cells of tables with a zero, in which studies, and what it enters.
///
/// A ratio of counts has no finite logarithm if one of them is zero. The usual remedy, [`HALF`](Self::HALF), adds one half
/// to the four cells of the studies with a zero cell, and pulls their effects towards no effect; the more so, the
/// more unequal the arms are. Where events are rare, models that need no correction
/// ([`MantelHaenszel`](crate::MantelHaenszel), Peto) are the better choice, and other policies show how much hangs on it.
///
/// | part | default | purpose | values |
/// |---|---|---|---|
/// | amount | one half | what a cell gains | [`HALF`](Self::HALF), [`constant`](Self::constant), [`treatment_arm`](Self::treatment_arm), [`NONE`](Self::NONE) |
/// | [`in_studies`](Self::in_studies) | with a zero cell | which studies | [`CorrectedStudies`] |
/// | [`in_cells`](Self::in_cells) | all four | which cells | [`CorrectedCells`] |
/// | [`keeping_double_zeros`](Self::keeping_double_zeros), [`excluding_double_zeros`](Self::excluding_double_zeros) | by measure | studies without events, or with nothing else, in both arms | out for ratios, in for differences |
/// | [`in_effect_only`](Self::in_effect_only), [`in_variance_only`](Self::in_variance_only) | both | what is made of the corrected cells | |
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, FromTable, RiskRatio, TwoByTwo, ZeroCells};
///
/// let table = TwoByTwo::new([0, 40], [3, 117]);
/// let half = RiskRatio.effect(&table)?;
/// // Reciprocals of the sizes of the opposite arms (Sweeting et al. 2004): 1/4 treated, 3/4 in the larger control arm.
/// let opposite = FromTable::new(RiskRatio).with_zero_cells(ZeroCells::treatment_arm()).effect(&table)?;
/// assert_eq!(format!("{:.3} {:.3}", half.natural(), opposite.natural()), "0.422 0.200");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "continuity correction")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ZeroCells {
    // Beside the kind and not in it, which keeps the size of every effect down to 32 bytes.
    constant: f64,
    amount: Amount,
    studies: CorrectedStudies,
    cells: CorrectedCells,
    double_zeros: DoubleZeros,
    enters: Enters,
}

/// How much a cell gains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Amount {
    Nothing,
    /// The field `constant`, which is positive and finite; otherwise it is 0.
    Constant,
    OppositeArm,
}

/// Which studies a [`ZeroCells`] policy corrects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CorrectedStudies {
    /// The studies with a zero cell.
    #[default]
    #[doc(alias = "only0")]
    WithZero,
    /// All studies, with or without a zero.
    #[doc(alias = "all")]
    All,
    /// All studies if any of them has a zero cell, and none otherwise. Studies that are kept out do not count.
    ///
    /// It depends on the whole set: the effect of a single study is corrected if that study has a zero.
    #[doc(alias = "if0all")]
    AllIfAny,
}

/// Which cells of a study a [`ZeroCells`] policy corrects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CorrectedCells {
    /// All four, so that an arm grows by twice the amount.
    #[default]
    All,
    /// The events alone, so that an arm grows by the amount.
    Events,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum DoubleZeros {
    ByMeasure,
    Kept,
    Excluded,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Enters {
    Both,
    Effect,
    Variance,
}

/// A table after its zero cells were seen to.
#[derive(Clone, Copy, Debug)]
#[allow(unreachable_pub, unnameable_types, reason = "part of a sealed trait")]
pub struct Corrected {
    /// The cells that the effect is made of, and sums over tables.
    pub(crate) for_effect: Cells,
    /// The cells that the variance is made of.
    pub(crate) for_variance: Cells,
    /// True if anything was added.
    pub(crate) added: bool,
}

impl ZeroCells {
    /// One half to all four cells of the studies with a zero cell (Haldane 1956; Anscombe 1956).
    pub const HALF: Self = Self::of(Amount::Constant, 0.5);
    /// Nothing to any cell: a study that has no effect without a correction is not estimable.
    pub const NONE: Self = Self::of(Amount::Nothing, 0.0);

    const fn of(amount: Amount, constant: f64) -> Self {
        Self {
            constant,
            amount,
            studies: CorrectedStudies::WithZero,
            cells: CorrectedCells::All,
            double_zeros: DoubleZeros::ByMeasure,
            enters: Enters::Both,
        }
    }

    /// A constant to all four cells of the studies with a zero cell.
    ///
    /// # Errors
    /// [`ErrorKind::NotPositive`]; to add nothing is [`NONE`](Self::NONE).
    pub fn constant(amount: f64) -> Result<Self, Error> {
        if amount > 0.0 && amount.is_finite() {
            Ok(Self::of(Amount::Constant, amount))
        } else {
            Err(ErrorKind::NotPositive { what: "amount added to cells", value: amount }.into())
        }
    }

    /// To the cells of each arm an amount in proportion to the reciprocal of the size of the opposite arm, the two
    /// amounts summing to 1: n1/N to treated, n2/N to control cells (Sweeting, Sutton & Lambert 2004).
    ///
    /// With arms of one size it is one half. With unequal arms it does not move the odds of both arms towards each other,
    /// as one half does.
    #[doc(alias = "TACC")]
    #[must_use]
    pub const fn treatment_arm() -> Self {
        Self::of(Amount::OppositeArm, 0.0)
    }

    /// The same in other studies.
    #[must_use]
    pub const fn in_studies(self, studies: CorrectedStudies) -> Self {
        Self { studies, ..self }
    }

    /// The same in other cells.
    #[must_use]
    pub const fn in_cells(self, cells: CorrectedCells) -> Self {
        Self { cells, ..self }
    }

    /// The same, keeping studies without events, or without non-events, in both arms.
    ///
    /// By default they count for differences and not for ratios, on which they bear no information. A ratio without a
    /// correction cannot be estimated from them in any case.
    #[must_use]
    pub const fn keeping_double_zeros(self) -> Self {
        Self { double_zeros: DoubleZeros::Kept, ..self }
    }

    /// The same, leaving out studies without events, or without non-events, in both arms, whatever the measure.
    #[doc(alias = "drop00")]
    #[must_use]
    pub const fn excluding_double_zeros(self) -> Self {
        Self { double_zeros: DoubleZeros::Excluded, ..self }
    }

    /// The same, with the variance made of the cells as they are.
    #[doc(alias = "addvi")]
    #[must_use]
    pub const fn in_effect_only(self) -> Self {
        Self { enters: Enters::Effect, ..self }
    }

    /// The same, with the effect made of the cells as they are.
    #[doc(alias = "addyi")]
    #[must_use]
    pub const fn in_variance_only(self) -> Self {
        Self { enters: Enters::Variance, ..self }
    }

    /// True if the policy adds nothing.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        matches!(self.amount, Amount::Nothing)
    }

    /// True if it depends on the other studies what is added to one.
    pub(crate) const fn looks_at_the_set(self) -> bool {
        !self.is_none() && matches!(self.studies, CorrectedStudies::AllIfAny)
    }

    /// Every table with its zero cells seen to, or the reason why it is left out. `relative`: the measure is one on which
    /// double zeros bear no information.
    pub(crate) fn correct<'a>(
        self,
        tables: impl Iterator<Item = &'a TwoByTwo> + Clone,
        relative: bool,
    ) -> impl Iterator<Item = Result<Corrected, &'static str>> {
        let any = tables.clone().any(|table| table.has_zero_cell() && self.keeps(table, relative).is_ok());
        tables.map(move |table| self.correct_one(table, any, relative))
    }

    /// As [`correct`](Self::correct) for one table, in a set that has a zero cell or not.
    pub(crate) fn correct_one(self, table: &TwoByTwo, any: bool, relative: bool) -> Result<Corrected, &'static str> {
        self.keeps(table, relative)?;
        let (plain, added) = (table.cells(), self.corrects(table.has_zero_cell(), any));
        let [for_effect, for_variance] = self.entering(plain, if added { self.added_to(plain) } else { plain });
        Ok(Corrected { for_effect, for_variance, added })
    }

    fn keeps(self, table: &TwoByTwo, relative: bool) -> Result<(), &'static str> {
        match table.no_ratio() {
            Some(reason) if self.drops_double_zeros(relative) => Err(reason),
            _ => Ok(()),
        }
    }

    /// True if double zeros are left out.
    pub(crate) const fn drops_double_zeros(self, relative: bool) -> bool {
        match self.double_zeros {
            DoubleZeros::ByMeasure => relative,
            DoubleZeros::Kept => false,
            DoubleZeros::Excluded => true,
        }
    }

    /// True if a study is corrected that has a zero cell or not, in a set that has one or not.
    pub(crate) const fn corrects(self, zero: bool, any: bool) -> bool {
        !self.is_none()
            && match self.studies {
                CorrectedStudies::WithZero => zero,
                CorrectedStudies::All => true,
                CorrectedStudies::AllIfAny => any,
            }
    }

    /// What the cells of the two arms gain, given the sizes of the arms.
    pub(crate) fn amounts(self, n1: f64, n2: f64) -> [f64; 2] {
        match self.amount {
            Amount::Nothing | Amount::Constant => [self.constant; 2],
            Amount::OppositeArm => [(1.0 + n2 / n1).recip(), (1.0 + n1 / n2).recip()],
        }
    }

    /// The cells for the effect and for the variance, from those with and without what was added.
    pub(crate) fn entering<T>(self, plain: T, corrected: T) -> [T; 2]
    where
        T: Copy,
    {
        match self.enters {
            Enters::Both => [corrected; 2],
            Enters::Effect => [corrected, plain],
            Enters::Variance => [plain, corrected],
        }
    }

    /// Which cells gain.
    pub(crate) const fn cells(self) -> CorrectedCells {
        self.cells
    }

    fn added_to(self, Cells { a, b, c, d }: Cells) -> Cells {
        let [treated, control] = self.amounts(a + b, c + d);
        match self.cells {
            CorrectedCells::All => Cells { a: a + treated, b: b + treated, c: c + control, d: d + control },
            CorrectedCells::Events => Cells { a: a + treated, b, c: c + control, d },
        }
    }
}

impl Default for ZeroCells {
    fn default() -> Self {
        Self::HALF
    }
}

// The constant is finite and not negative zero: equal to itself, and with one representation for each value.
impl Eq for ZeroCells {}

impl Hash for ZeroCells {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let constant = self.constant.to_bits();
        (constant, self.amount, self.studies, self.cells, self.double_zeros, self.enters).hash(state);
    }
}

/// What is added to what, as in `one half was added to the cells of studies with a zero cell`.
impl fmt::Display for ZeroCells {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence(f, "studies")
    }
}

impl ZeroCells {
    /// The sentence about some studies: `1 study`, `3 studies`.
    pub(crate) fn sentence(self, f: &mut fmt::Formatter<'_>, studies: &str) -> fmt::Result {
        match self.amount {
            Amount::Nothing => return write!(f, "nothing was added to the cells of {studies}"),
            Amount::Constant if self.constant == 0.5 => f.write_str("one half")?,
            Amount::Constant => write!(f, "{}", self.constant)?,
            Amount::OppositeArm => f.write_str("the reciprocal of the opposite arm's size")?,
        }
        let cells = match self.cells {
            CorrectedCells::All => "cells",
            CorrectedCells::Events => "events",
        };
        write!(f, " was added to the {cells} of {studies}")?;
        f.write_str(match self.studies {
            CorrectedStudies::WithZero => " with a zero cell",
            CorrectedStudies::All => "",
            CorrectedStudies::AllIfAny => ", because there is a zero cell",
        })?;
        f.write_str(match self.enters {
            Enters::Both => "",
            Enters::Effect => ", for the effect alone",
            Enters::Variance => ", for the variance alone",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(policy: ZeroCells, tables: &[TwoByTwo]) -> Vec<Option<[f64; 4]>> {
        let values = |x: Cells| [x.a, x.b, x.c, x.d];
        policy.correct(tables.iter(), false).map(|table| Some(values(table.ok()?.for_effect))).collect()
    }

    const TABLES: [TwoByTwo; 3] =
        [TwoByTwo::new([0, 10], [2, 28]), TwoByTwo::new([1, 2], [3, 4]), TwoByTwo::new([0, 5], [0, 6])];

    #[test]
    fn amounts_go_where_the_policy_says() {
        let (zero, plain, double) = ([0.5, 10.5, 2.5, 28.5], [1.0, 2.0, 3.0, 4.0], [0.5, 5.5, 0.5, 6.5]);
        assert_eq!(cells(ZeroCells::HALF, &TABLES), [Some(zero), Some(plain), Some(double)], "studies with a zero");
        let all = ZeroCells::HALF.in_studies(CorrectedStudies::All);
        assert_eq!(cells(all, &TABLES[1..2]), [Some([1.5, 2.5, 3.5, 4.5])], "all studies");
        let if_any = ZeroCells::HALF.in_studies(CorrectedStudies::AllIfAny).excluding_double_zeros();
        assert_eq!(cells(if_any, &TABLES[1..]), [Some(plain), None], "an excluded study does not count");
        assert_eq!(cells(if_any, &TABLES[..2])[1], Some([1.5, 2.5, 3.5, 4.5]), "all if any");
        let events = ZeroCells::HALF.in_cells(CorrectedCells::Events);
        assert_eq!(cells(events, &TABLES[..1]), [Some([0.5, 10.0, 2.5, 28.0])], "events");
        assert_eq!(cells(ZeroCells::treatment_arm(), &TABLES[..1]), [Some([0.25, 10.25, 2.75, 28.75])], "by arm");
        assert_eq!(cells(ZeroCells::NONE, &TABLES[..1]), [Some([0.0, 10.0, 2.0, 28.0])], "nothing");
    }

    #[test]
    fn sentences() {
        let say = |policy: ZeroCells| policy.to_string();
        assert_eq!(say(ZeroCells::HALF), "one half was added to the cells of studies with a zero cell");
        let tenth = ZeroCells::constant(0.1).expect("positive").in_cells(CorrectedCells::Events).in_variance_only();
        assert_eq!(say(tenth), "0.1 was added to the events of studies with a zero cell, for the variance alone");
        let error = ZeroCells::constant(-0.5).expect_err("negative").to_string();
        assert_eq!(error, "the amount added to cells must be positive and finite, but is -0.5");
        assert!(ZeroCells::constant(f64::NAN).is_err() && ZeroCells::constant(0.0).is_err(), "only positive numbers");
    }
}
