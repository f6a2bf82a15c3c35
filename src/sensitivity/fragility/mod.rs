//! How few events would turn the conclusion.

mod in_study;
mod result;
mod search;

pub use result::{AnyStudies, Change, FragilityResult, StudyFragility};

use search::Search;

use crate::error::Error;
use crate::level::Level;
use crate::measure::Measure;
use crate::pool::{Pool, Pooled};
use crate::subset::Subset;
use crate::summary::TwoByTwo;

/// How few events would turn the conclusion: the smallest number of patients with another outcome, in one study or in
/// any, after which a significant effect is none, or the reverse.
///
/// The fragility index of meta-analyses (Atal et al. 2019) is found step by step there, which gives no more than an
/// upper bound; here the search is exhaustive as far as it goes, and the result says how far that is. Numbers of
/// patients stay; one step is one patient of one arm whose event becomes a non-event, or the reverse.
///
/// # Method
/// Within one study all changes of 1, 2, 3, .. events are tried, in both arms and both directions. For any studies, an
/// upper bound comes from the best single study, and from steps that each move the p-value most; then all changes of 2,
/// 3, .. events over all arms are tried, until one turns the conclusion, the upper bound is reached or the number of
/// analyses is used up. Changes after which the model has no answer do not count as turning it.
///
/// | option | default | purpose | range |
/// |---|---|---|---|
/// | [`new`](Self::new) | | the model | any of tables with the answer [`Pooled`] |
/// | [`with_level`](Self::with_level) | 95 % | significant is p < 1 - level | 0 < level < 1 |
/// | [`with_analyses`](Self::with_analyses) | 100 000 | bound on the work, of both searches | |
///
/// # Errors
/// Those of the model for the tables as they are.
///
/// # Example
/// ```
/// use meta_analysis::{MantelHaenszel, RiskRatio, Tables, sensitivity::Fragility};
///
/// let tables = Tables::from_totals([("first", [1, 100], [9, 100]), ("second", [2, 100], [10, 100])])?;
/// let result = Fragility::new(MantelHaenszel::new(RiskRatio)).run(&tables)?;
/// // No change of up to five events makes it not significant; six do.
/// assert_eq!((result.was_significant(), result.any().fewest(), result.any().is_exact()), (true, Some(6), true));
/// println!("{result}");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "fragility index")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fragility<P> {
    model: P,
    level: Level,
    analyses: u64,
}

impl<P> Fragility<P> {
    /// The fragility of this model's conclusion.
    pub const fn new(model: P) -> Self {
        Self { model, level: Level::P95, analyses: 100_000 }
    }

    /// The same for a test at another level.
    #[must_use]
    pub fn with_level(self, level: Level) -> Self {
        Self { level, ..self }
    }

    /// The same with another bound on the number of analyses: so many for the single studies, each with an equal share,
    /// and so many for any studies. More of them can only raise what is ruled out and lower what is found.
    #[must_use]
    pub fn with_analyses(self, analyses: u64) -> Self {
        Self { analyses, ..self }
    }

    /// Searches.
    ///
    /// # Errors
    /// See [`Fragility`].
    pub fn run<S, M>(&self, data: &S) -> Result<FragilityResult<M>, Error>
    where
        S: Subset + AsRef<[TwoByTwo]>,
        M: Measure,
        P: Pool<[TwoByTwo], Output = Pooled<M>>,
    {
        let pooled = self.model.pool(data.as_ref())?;
        let significant = pooled.is_significant_at(self.level);
        let labels = data.names();
        let mut search = Search::new(&self.model, data.as_ref(), significant, self.level);
        let each = self.analyses / u64::try_from(labels.len()).unwrap_or(u64::MAX).max(1);
        let mut studies = Vec::with_capacity(labels.len());
        for (study, label) in labels.iter().enumerate() {
            studies.push(search.in_study(study, label, each));
        }
        let any = search.anywhere(&studies, &labels, self.analyses);
        Ok(FragilityResult { pooled, significant, level: self.level, studies, any })
    }
}
