//! The answer as the studies come in.

use std::fmt;

use super::{Table, cuts};
use crate::error::{Error, ErrorKind};
use crate::measure::Measure;
use crate::pool::{DECIMALS, Pool, Pooled};
use crate::real::Real;
use crate::subset::{Subset, for_each_study};

/// The answers of a model to the first study, the first two, and so on. Prints as a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Cumulative<O>(Vec<CumulativeRow<O>>);

/// One row of [`Cumulative`].
#[derive(Clone, Debug, PartialEq)]
pub struct CumulativeRow<O> {
    /// The labels of the studies that came in with this row, or their numbers.
    pub label: String,
    /// The indices of the studies that came in with this row.
    pub added: Vec<usize>,
    /// The answer of all studies so far, or why there is none.
    pub result: Result<O, Error>,
}

/// Pools the first study, the first two, and so on, in the order of the data.
///
/// For a common effect with a normal or t distribution, for Mantel-Haenszel and for Peto's method all answers together
/// cost O(k), with the exceptions of [`leave_one_out`](super::leave_one_out). A single study is an analysis, too; its τ²
/// is `None`.
///
/// # Errors
/// None of its own: a row holds the error of its studies.
///
/// # Example
/// ```
/// use meta_analysis::{MantelHaenszel, RiskRatio, Tables, sensitivity::cumulative};
///
/// // Perioperative ketamine and delirium: a small trial, then the large one.
/// let tables = Tables::from_totals([
///     ("Hudetz 2009", [1, 29], [9, 29]), ("Avidan 2017", [85, 450], [43, 217]),
///     ("Hollinger 2021", [3, 47], [4, 44]), ("Ma 2023", [3, 31], [4, 31]),
/// ])?;
/// assert_eq!(cumulative(&MantelHaenszel::new(RiskRatio), &tables).to_string(), "\
/// Risk ratio, common effect (Mantel-Haenszel), 4 studies, as they come in
///   with              k  estimate       interval      p     Q   I2  tau2
///   + Hudetz 2009     1      0.11  0.015 to 0.82  0.031  0.00    -     -
///   + Avidan 2017     2      0.84   0.61 to 1.16  0.284  4.49  78%     -
///   + Hollinger 2021  3      0.83   0.61 to 1.14  0.247  4.60  57%     -
///   + Ma 2023         4      0.83   0.61 to 1.12  0.223  4.65  35%     -");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "cumul")]
#[doc(alias = "metacum")]
#[must_use]
pub fn cumulative<S: Subset, P: Pool<S> + ?Sized>(model: &P, data: &S) -> Cumulative<P::Output> {
    rows(model, data, (0..data.size()).map(|index| vec![index]))
}

/// Pools the studies as they come in by a key, such as the year, from the smallest on. Studies with equal keys come in
/// together. `keys` has the key of every study given.
///
/// # Errors
/// [`LengthMismatch`](ErrorKind::LengthMismatch); [`Unordered`](ErrorKind::Unordered) for a key such as NaN.
///
/// ```
/// use meta_analysis::{CommonEffect, MeanDifference, Studies, sensitivity::cumulative_by};
///
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// let result = cumulative_by(&CommonEffect::new(), &studies, &[2004, 1999, 2004])?;
/// let [first, second] = result.rows() else { panic!("two years") };
/// assert_eq!((&first.added[..], &second.added[..]), (&[1][..], &[0, 2][..]));
/// assert_eq!(second.result.clone()?.natural().estimate, 3.0);
/// # Ok::<(), meta_analysis::Error>(())
/// ```
pub fn cumulative_by<S: Subset, P: Pool<S> + ?Sized, K: PartialOrd>(
    model: &P,
    data: &S,
    keys: &[K],
) -> Result<Cumulative<P::Output>, Error> {
    let keys = for_each_study(data, "keys", keys)?;
    if let Some(index) = keys.iter().position(|key| key.partial_cmp(key).is_none()) {
        return Err(Error::from(ErrorKind::Unordered { what: "keys" }).in_study(data.positions()[index]));
    }
    // By binary insertion: unlike the sorts of the library, it does not panic where a type's order is none.
    let mut order: Vec<usize> = Vec::with_capacity(keys.len());
    for (index, key) in keys.iter().enumerate() {
        let at = order.partition_point(|&before| keys[before] <= *key);
        order.insert(at, index);
    }
    let ties = order.chunk_by(|&a, &b| keys[a] == keys[b]).map(<[usize]>::to_vec);
    Ok(rows(model, data, ties))
}

fn rows<S: Subset, P: Pool<S> + ?Sized>(
    model: &P,
    data: &S,
    steps: impl Iterator<Item = Vec<usize>>,
) -> Cumulative<P::Output> {
    let (mut cuts, names) = (cuts(model, data), data.names());
    let row = |added: Vec<usize>| {
        added.iter().for_each(|&index| cuts.push(index));
        let labels: Vec<&str> = added.iter().filter_map(|&index| names.get(index)).map(String::as_str).collect();
        CumulativeRow { label: labels.join(", "), added, result: cuts.answer() }
    };
    Cumulative(steps.map(row).collect())
}

impl<O> Cumulative<O> {
    /// The rows, in the order in which studies come in. The last is the analysis of all.
    #[must_use]
    pub fn rows(&self) -> &[CumulativeRow<O>] {
        &self.0
    }
}

impl<M: Measure, F: Real> fmt::Display for Cumulative<Pooled<M, F>> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(DECIMALS);
        let mut table = Table::of_answers("with");
        for row in &self.0 {
            table.answer(format!("+ {}", row.label), row.result.as_ref(), decimals);
        }
        let last = self.0.iter().rev().find_map(|row| row.result.as_ref().ok());
        let title = last.map_or_else(|| "Nothing to pool".into(), Pooled::title);
        write!(f, "{title}, as they come in\n{table}")
    }
}
