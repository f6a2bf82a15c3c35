//! Events in matched pairs.

use super::check_between;
use crate::error::{Error, ErrorKind};
use crate::summary::two_by_two::{Cells, TwoByTwo};

/// Pairs of one treated and one control observation: matched patients, the two eyes of a patient, or the two periods
/// of a cross-over trial.
///
/// The rows are as drawn: pairs with an event under treatment, then those without; in each, with an event under control
/// first.
///
/// | recipe | what it is |
/// |---|---|
/// | [`RiskDifference`](crate::RiskDifference), [`RiskRatio`](crate::RiskRatio), [`OddsRatio`](crate::OddsRatio) | marginal: as from a trial with two arms, with which it can be pooled |
/// | [`ConditionalOddsRatio`](crate::ConditionalOddsRatio) | within pairs, from the discordant ones |
/// | [`PetoOddsRatio`](crate::PetoOddsRatio) | within pairs, by Peto's one step |
///
/// Other zero-cell policies come with [`FromPairs`](crate::FromPairs).
///
/// ```
/// use meta_analysis::{ConditionalOddsRatio, EffectSize, MatchedPairs, RiskDifference};
///
/// // 20 pairs with both events, 10 with that of treatment alone, 5 with that of control alone, 15 with none.
/// let pairs = MatchedPairs::new([20, 10], [5, 15]);
/// assert_eq!(format!("{:.2}", RiskDifference.effect(&pairs)?.y()), "0.10");
/// assert_eq!(format!("{:.2}", ConditionalOddsRatio.effect(&pairs)?.natural()), "2.00");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "McNemar")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MatchedPairs {
    event: [u64; 2],
    no_event: [u64; 2],
}

impl MatchedPairs {
    /// Pairs from rows: `[event, no event]` under control, of those with an event under treatment and of those without.
    #[must_use]
    pub const fn new(event: [u64; 2], no_event: [u64; 2]) -> Self {
        Self { event, no_event }
    }

    /// The pairs with an event under treatment: `[event, no event]` under control.
    #[must_use]
    pub const fn event(&self) -> [u64; 2] {
        self.event
    }

    /// The pairs without an event under treatment: `[event, no event]` under control.
    #[must_use]
    pub const fn no_event(&self) -> [u64; 2] {
        self.no_event
    }

    /// True if any of the four cells is zero.
    #[must_use]
    pub const fn has_zero_cell(&self) -> bool {
        self.drawn().has_zero_cell()
    }

    pub(crate) const fn cells(&self) -> Cells {
        self.drawn().cells()
    }

    const fn drawn(&self) -> TwoByTwo {
        TwoByTwo::new(self.event, self.no_event)
    }

    /// An error if there is no pair.
    pub(crate) fn check_some(&self) -> Result<(), Error> {
        if self.event == [0, 0] && self.no_event == [0, 0] {
            return Err(ErrorKind::ArmTooSmall { arm: "treated", needed: 1, found: 0 }.into());
        }
        Ok(())
    }

    /// Why a marginal ratio is not estimable, if it is not.
    pub(crate) const fn no_ratio(&self) -> Option<&'static str> {
        match (self.event, self.no_event) {
            ([0, 0], [0, _]) => Some("no events in either arm"),
            ([_, 0], [0, 0]) => Some("only events in both arms"),
            _ => None,
        }
    }

    /// Why nothing is learnt within pairs, if nothing is.
    pub(crate) const fn no_discordant(&self) -> Option<&'static str> {
        match (self.event, self.no_event) {
            ([_, 0], [0, _]) => Some("no pair has an event in one arm alone"),
            _ => None,
        }
    }
}

/// Matched pairs of which only the margins are reported, with what is known of their association.
///
/// Most papers print a matched trial as if it had two independent arms. The marginal [`OddsRatio`](crate::OddsRatio) does not
/// suffer, but its variance does: it needs the correlation within pairs, reported or borrowed from a similar trial
/// (Elbourne et al. 2002).
///
/// ```
/// use meta_analysis::{EffectSize, OddsRatio, PairedMargins, TwoByTwo};
///
/// let arms = TwoByTwo::new([30, 20], [25, 25]);
/// let paired = OddsRatio.effect(&PairedMargins::with_correlation(arms, 0.1)?)?;
/// assert_eq!(format!("{:.4} {:.4}", paired.v(), OddsRatio.effect(&arms)?.v()), "0.1470 0.1633");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedMargins {
    arms: TwoByTwo,
    association: Association,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Association {
    Correlation(f64),
    Joint(f64),
}

impl PairedMargins {
    /// Margins with the correlation of the two events within pairs (the phi coefficient).
    ///
    /// # Errors
    /// [`ErrorKind::UnequalArms`]; [`ErrorKind::NotBetween`] for a correlation that is not between -1 and 1.
    pub fn with_correlation(arms: TwoByTwo, correlation: f64) -> Result<Self, Error> {
        check_equal(&arms)?;
        check_between("correlation within pairs", correlation, (-1.0, 1.0))?;
        Ok(Self { arms, association: Association::Correlation(correlation) })
    }

    /// Margins with the proportion of pairs in which both had the event.
    ///
    /// # Errors
    /// [`ErrorKind::UnequalArms`]; [`ErrorKind::NotBetween`] for a proportion that the margins do not allow, beyond
    /// rounding in the last of 9 digits.
    pub fn with_joint_proportion(arms: TwoByTwo, proportion: f64) -> Result<Self, Error> {
        check_equal(&arms)?;
        let cells = arms.cells();
        let least = (cells.a / cells.n1() - cells.d / cells.n2()).max(0.0);
        let most = (cells.a / cells.n1()).min(cells.c / cells.n2());
        if !(proportion >= least - 1e-9 && proportion <= most + 1e-9) {
            let what = "proportion of pairs with both events, given the margins,";
            return Err(ErrorKind::NotBetween { what, lower: least, upper: most, value: proportion }.into());
        }
        Ok(Self { arms, association: Association::Joint(proportion.max(least).min(most)) })
    }

    /// Events and non-events in both arms.
    #[must_use]
    pub const fn arms(&self) -> TwoByTwo {
        self.arms
    }

    /// The correlation of the two events, given the margins that it goes with.
    pub(crate) fn correlation(&self, cells: &Cells) -> f64 {
        match self.association {
            Association::Correlation(correlation) => correlation,
            Association::Joint(joint) => {
                let (n1, n2) = (cells.n1(), cells.n2());
                let (p1, p2) = (cells.a / n1, cells.c / n2);
                // All events are shared: rounding must not leave a variance.
                if joint >= p1 && joint >= p2 {
                    return 1.0;
                }
                (joint - p1 * p2) / (p1 * (cells.b / n1)).sqrt() / (p2 * (cells.d / n2)).sqrt()
            }
        }
    }
}

fn check_equal(arms: &TwoByTwo) -> Result<(), Error> {
    arms.check_arms()?;
    let size = |[events, others]: [u64; 2]| u128::from(events) + u128::from(others);
    let (treated, control) = (size(arms.treated()), size(arms.control()));
    if treated == control { Ok(()) } else { Err(ErrorKind::UnequalArms { treated, control }.into()) }
}
