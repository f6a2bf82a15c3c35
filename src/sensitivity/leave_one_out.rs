//! The answer without each study.

use std::fmt;

use super::{Table, cuts};
use crate::error::Error;
use crate::measure::Measure;
use crate::pool::{DECIMALS, Pool, Pooled};
use crate::real::Real;
use crate::subset::{Subset, groups};

/// The answers of a model without each study, or each cluster of studies, and that of all.
///
/// Prints as a table; a star marks the rows in which the conclusion is another than that of all studies.
#[derive(Clone, Debug, PartialEq)]
pub struct LeaveOneOut<O> {
    all: O,
    rows: Vec<Omission<O>>,
}

/// One row of [`LeaveOneOut`].
#[derive(Clone, Debug, PartialEq)]
pub struct Omission<O> {
    /// What was left out: the label of a study, or its number, or the name of a cluster.
    pub label: String,
    /// The indices of the studies left out.
    pub left_out: Vec<usize>,
    /// The answer of the rest, or why there is none.
    pub result: Result<O, Error>,
}

/// Pools the studies without each of them in turn.
///
/// For a common effect with a normal or t distribution, for Mantel-Haenszel and for Peto's method all answers together
/// cost O(k), Q and I² included: sums of the studies before and of those after each are joined, and nothing is
/// subtracted. Other models pool the rest, in the memory of one copy of the studies; with τ² that is O(k) for each study
/// at least. So do models with a policy on zero cells that looks at the whole set
/// ([`AllIfAny`](crate::CorrectedStudies::AllIfAny)), and rests whose sums lost what only pooling can tell, such as a
/// study with a weight beyond 1e100 that is left out.
/// [`heterogeneity_without_each`](super::heterogeneity_without_each) has τ², Q and I² of DerSimonian & Laird and of
/// Hedges & Olkin in O(k) altogether.
///
/// A table that is not estimable has its row, too; leaving it out changes nothing.
///
/// # Errors
/// Those of pooling all studies. A rest that cannot be pooled has its error in its row: with one study, there is
/// nothing left. Weights [given](crate::FixedWeights::new) for k studies do not fit the rest.
///
/// # Example
/// ```
/// use meta_analysis::{MantelHaenszel, RiskRatio, Tables, sensitivity::leave_one_out};
///
/// // Perioperative ketamine and delirium.
/// let tables = Tables::from_totals([
///     ("Hudetz 2009", [1, 29], [9, 29]), ("Avidan 2017", [85, 450], [43, 217]),
///     ("Hollinger 2021", [3, 47], [4, 44]), ("Ma 2023", [3, 31], [4, 31]),
/// ])?;
/// let result = leave_one_out(&MantelHaenszel::new(RiskRatio), &tables)?;
/// assert_eq!(result.to_string(), "\
/// Risk ratio, common effect (Mantel-Haenszel), 4 studies, without each in turn
///   left out        k  estimate      interval      p     Q   I2  tau2
///   nothing         4      0.83  0.61 to 1.12  0.223  4.65  35%     -
///   Hudetz 2009     3      0.93  0.68 to 1.27  0.626  0.26   0%     -
///   Avidan 2017     3      0.40  0.17 to 0.94  0.035  2.91  31%     -  *
///   Hollinger 2021  3      0.84  0.61 to 1.14  0.256  4.55  56%     -
///   Ma 2023         3      0.83  0.61 to 1.14  0.247  4.60  57%     -
///   * the conclusion about the effect is another than that of all studies");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "leave1out")]
#[doc(alias = "metainf")]
#[doc(alias = "jackknife")]
pub fn leave_one_out<S: Subset, P: Pool<S> + ?Sized>(model: &P, data: &S) -> Result<LeaveOneOut<P::Output>, Error> {
    let all = model.pool(data)?;
    let row = |(index, (result, label))| Omission { label, left_out: vec![index], result };
    let answers = cuts(model, data).without_each();
    Ok(LeaveOneOut { all, rows: answers.into_iter().zip(data.names()).enumerate().map(row).collect() })
}

/// Pools the studies without each cluster of them in turn: the trials of one team, the outcomes of one trial.
/// `clusters` has the name of the cluster of every study given.
///
/// A cluster whose studies are all excluded as not estimable has a row, too; leaving it out changes nothing.
///
/// # Errors
/// Those of pooling all studies; [`LengthMismatch`](crate::ErrorKind::LengthMismatch).
///
/// ```
/// use meta_analysis::{CommonEffect, MeanDifference, Studies, sensitivity::leave_one_cluster_out};
///
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// let result = leave_one_cluster_out(&CommonEffect::new(), &studies, ["Kiel", "Kiel", "Bern"])?;
/// let estimates: Vec<f64> = result.rows().iter().map(|row| Ok(row.result.clone()?.natural().estimate))
///     .collect::<Result<_, meta_analysis::Error>>()?;
/// assert_eq!(estimates, [6.0, 1.5]);
/// # Ok::<(), meta_analysis::Error>(())
/// ```
pub fn leave_one_cluster_out<S: Subset, P: Pool<S> + ?Sized, C: ToString>(
    model: &P,
    data: &S,
    clusters: impl IntoIterator<Item = C>,
) -> Result<LeaveOneOut<P::Output>, Error> {
    let clusters = groups(data, "clusters", clusters)?;
    let all = model.pool(data)?;
    let without = |(label, left_out): (String, Vec<usize>)| {
        let kept: Vec<usize> = (0..data.size()).filter(|index| left_out.binary_search(index).is_err()).collect();
        Omission { label, result: model.pool(&data.part(&kept)), left_out }
    };
    Ok(LeaveOneOut { all, rows: clusters.into_iter().map(without).collect() })
}

impl<O> LeaveOneOut<O> {
    /// The answer of all studies.
    #[must_use]
    pub fn all(&self) -> &O {
        &self.all
    }

    /// A row for each study in order, or for each cluster in the order of its first study.
    #[must_use]
    pub fn rows(&self) -> &[Omission<O>] {
        &self.rows
    }
}

impl<M: Measure, F: Real> LeaveOneOut<Pooled<M, F>> {
    /// The rows in which the test of no effect comes to another conclusion than with all studies, at the level of the
    /// analysis.
    pub fn turned(&self) -> impl Iterator<Item = &Omission<Pooled<M, F>>> {
        let conclusion = is_significant(&self.all);
        self.rows.iter().filter(move |row| row.result.as_ref().is_ok_and(|rest| is_significant(rest) != conclusion))
    }
}

/// True if the test of no effect has a p-value below one less the level of the analysis; false where it is undefined.
pub(super) fn is_significant<M: Measure, F: Real>(pooled: &Pooled<M, F>) -> bool {
    pooled.is_significant_at(pooled.level())
}

impl<M: Measure, F: Real> fmt::Display for LeaveOneOut<Pooled<M, F>> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(DECIMALS);
        let mut table = Table::of_answers("left out");
        table.answer("nothing".into(), Ok(&self.all), decimals);
        let conclusion = is_significant(&self.all);
        let mut turned = false;
        for row in &self.rows {
            table.answer(row.label.clone(), row.result.as_ref(), decimals);
            if row.result.as_ref().is_ok_and(|rest| is_significant(rest) != conclusion) {
                table.mark("*");
                turned = true;
            }
        }
        write!(f, "{}, without each in turn\n{table}", self.all.title())?;
        if turned {
            f.write_str("\n  * the conclusion about the effect is another than that of all studies")?;
        }
        Ok(())
    }
}
