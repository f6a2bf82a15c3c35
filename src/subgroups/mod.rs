//! The answer in groups of studies.

mod common_tau2;
mod report;

pub use common_tau2::subgroups_with_common_tau2;
pub use report::SubgroupReport;

use std::marker::PhantomData;

use crate::distributions::{chi_squared_log_sf, chi_squared_sf};
use crate::error::Error;
use crate::measure::Measure;
use crate::num::sum::Compensated;
use crate::pool::{CommonEffect, Pool, Pooled, StudyData};
use crate::real::Real;
use crate::studies::Studies;
use crate::subset::{Subset, groups};

/// The answers in groups of studies, that of all, and whether the groups differ. Prints as a table;
/// [`with`](Self::with) adds the studies.
#[derive(Clone, Debug, PartialEq)]
pub struct Subgroups<M, F = f64> {
    groups: Vec<Subgroup<M, F>>,
    total: Pooled<M, F>,
    /// The common effects of the groups, for a model with τ².
    common: Option<Vec<Option<(f64, f64)>>>,
}

/// One group of [`Subgroups`].
#[derive(Clone, Debug, PartialEq)]
pub struct Subgroup<M, F = f64> {
    /// Its name.
    pub name: String,
    /// The indices of its studies. None if all are excluded as not estimable.
    pub studies: Vec<usize>,
    /// Its answer, or why there is none.
    pub result: Result<Pooled<M, F>, Error>,
}

/// A test of [`Subgroups`], between the groups or within them: Q, with a chi-squared distribution if nothing differs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SubgroupTest<F = f64> {
    q: f64,
    df: f64,
    float: PhantomData<F>,
}

/// Pools each group of studies by a model, and tests whether the groups differ. `groups` has the name of the group of
/// every study given, excluded ones included. In a random-effects model each group has its own τ²; see
/// [`subgroups_with_common_tau2`] for one τ² in all.
///
/// A group of one study is that study: τ² is `None` there, and Hartung and Knapp's standard error, too. A group without
/// an estimable study has the error [`NoStudies`](crate::ErrorKind::NoStudies). Neither stops the others. The groups
/// come in the order of their first studies.
///
/// # Formula
/// With the estimates θ and their SE of the groups that have both:
/// ```text
/// Q_between = Σ (θ_g - θ̄)² / SE_g²        θ̄ = Σ (θ_g / SE_g²) / Σ 1/SE_g²        df = groups - 1
/// Q_within  = Σ Q_g                        df = Σ (k_g - 1)
/// ```
/// (Deeks & Higgins 2010; Borenstein et al. 2009, chapter 19.) For a common effect by inverse variance the two add up
/// to Q. With fewer than two groups that have a standard error there is no test between: `None`.
///
/// # Errors
/// Those of pooling all studies; [`LengthMismatch`](crate::ErrorKind::LengthMismatch).
///
/// # Example
/// ```
/// use meta_analysis::{CommonEffect, MeanDifference, Studies, subgroups};
///
/// let v = vec![1.0, 1.0, 1.0, 2.0];
/// let studies: Studies<_> = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0, 5.0], v)?;
/// let result = subgroups(&CommonEffect::new(), &studies, ["mild", "mild", "severe", "severe"])?;
/// let (within, total) = (result.within(), result.total().heterogeneity().q());
/// let between = result.between().unwrap();
/// assert!((between.q() + within.q() - total).abs() < 1e-14);
/// assert_eq!(format!("{:.3} {:.4}", between.q(), between.p_value()), "14.881 0.0001");
/// println!("{result}\n\n{}", result.with(&studies)?);
/// # Ok::<(), meta_analysis::Error>(())
/// ```
pub fn subgroups<M, F, S, P, G>(
    model: &P,
    data: &S,
    groups: impl IntoIterator<Item = G>,
) -> Result<Subgroups<M, F>, Error>
where
    M: Measure,
    F: Real,
    S: Subset + StudyData<M, F>,
    P: Pool<S, Output = Pooled<M, F>> + ?Sized,
    G: ToString,
{
    let groups = self::groups(data, "groups", groups)?;
    let total = model.pool(data)?;
    let pool = |(name, studies): (String, Vec<usize>)| {
        let result = model.pool(&data.part(&studies));
        Subgroup { name, studies, result }
    };
    Subgroups { groups: groups.into_iter().map(pool).collect(), total, common: None }.with_common_effects(data)
}

impl<M: Measure, F: Real> Subgroups<M, F> {
    /// Adds the common effects of the groups, if the model is another.
    fn with_common_effects<S: Subset + StudyData<M, F>>(self, data: &S) -> Result<Self, Error> {
        if self.total.heterogeneity().tau2.is_none() {
            return Ok(self);
        }
        let effects: Studies<M, F> = data.effects(&self.total)?;
        // Where the effects of tables stand among these.
        let places = if effects.k() == data.size() { (0..effects.k()).collect() } else { effects.positions() };
        let common = |group: &Subgroup<M, F>| {
            let is_member = |&at: &usize| places.get(at).is_some_and(|at| group.studies.binary_search(at).is_ok());
            let members: Vec<usize> = (0..effects.k()).filter(is_member).collect();
            let pooled = CommonEffect::new().pool(&effects.select(&members)).ok()?;
            let (estimate, std_error) = pooled.unrounded();
            Some((estimate, std_error?))
        };
        let common = Some(self.groups.iter().map(common).collect());
        Ok(Self { common, ..self })
    }

    /// The groups, in the order of their first studies.
    #[must_use]
    pub fn groups(&self) -> &[Subgroup<M, F>] {
        &self.groups
    }

    /// The answer of all studies together; its [`heterogeneity`](Pooled::heterogeneity) has the total Q. In a
    /// random-effects model its τ² is that of all studies about one mean, whatever the groups have.
    #[must_use]
    pub fn total(&self) -> &Pooled<M, F> {
        &self.total
    }

    /// Whether the groups differ, by the estimates and standard errors of the model.
    #[must_use]
    pub fn between(&self) -> Option<SubgroupTest<F>> {
        let estimate = |group: &Subgroup<M, F>| {
            let (estimate, std_error) = group.result.as_ref().ok()?.unrounded();
            Some((estimate, std_error?))
        };
        SubgroupTest::of(self.groups.iter().filter_map(estimate))
    }

    /// Whether the groups differ, by their common effects; for a model without τ² the same as
    /// [`between`](Self::between).
    #[must_use]
    pub fn between_common(&self) -> Option<SubgroupTest<F>> {
        match &self.common {
            Some(common) => SubgroupTest::of(common.iter().copied().flatten()),
            None => self.between(),
        }
    }

    /// Whether studies differ within the groups: Cochran's Q of each, added.
    #[must_use]
    pub fn within(&self) -> SubgroupTest<F> {
        let mut q = Compensated::default();
        let mut df = 0.0;
        for pooled in self.groups.iter().filter_map(|group| group.result.as_ref().ok()) {
            q.add(pooled.heterogeneity().q);
            df += pooled.heterogeneity().df;
        }
        SubgroupTest { q: q.total(), df, float: PhantomData }
    }

    /// The result with a line for each study, as forest plots have them.
    ///
    /// # Errors
    /// As [`Pooled::weights`].
    pub fn with<S: Subset + StudyData<M, F>>(&self, data: &S) -> Result<SubgroupReport<M, F>, Error> {
        SubgroupReport::new(self, data)
    }
}

impl<F: Real> SubgroupTest<F> {
    /// Of estimates and their standard errors.
    fn of(groups: impl Iterator<Item = (f64, f64)>) -> Option<Self> {
        let groups: Vec<(f64, f64)> = groups.collect();
        let (pivot, smallest) = groups.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1))?;
        if groups.len() < 2 {
            return None;
        }
        // As in a pooled analysis: differences from the most precise, weights relative to its own.
        let weight = |std_error: f64| (smallest / std_error).powi(2);
        let (mut total, mut sum) = (Compensated::default(), Compensated::default());
        for &(estimate, std_error) in &groups {
            total.add(weight(std_error));
            sum.add(weight(std_error) * (estimate - pivot));
        }
        let mean = sum.total() / total.total();
        let mut q = Compensated::default();
        groups.iter().for_each(|&(estimate, std_error)| q.add(((estimate - pivot - mean) / std_error).powi(2)));
        #[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^53 groups")]
        let df = groups.len() as f64 - 1.0;
        F::of(q.total()).is_finite().then_some(Self { q: q.total(), df, float: PhantomData })
    }

    /// Q.
    #[must_use]
    pub fn q(&self) -> F {
        F::of(self.q)
    }

    /// Its degrees of freedom.
    #[must_use]
    pub fn df(&self) -> F {
        F::of(self.df)
    }

    /// The upper tail of the chi-squared distribution at Q; 1 without degrees of freedom.
    #[must_use]
    pub fn p_value(&self) -> F {
        F::of(if self.df > 0.0 { chi_squared_sf(self.q, self.df) } else { 1.0 })
    }

    /// The natural logarithm of [`p_value`](Self::p_value).
    #[must_use]
    pub fn log_p_value(&self) -> F {
        F::of(if self.df > 0.0 { chi_squared_log_sf(self.q, self.df) } else { 0.0 })
    }

    /// I² of the groups: max(0, (Q - df) / Q), a proportion; `None` without degrees of freedom.
    #[must_use]
    pub fn i2(&self) -> Option<F> {
        let excess = if self.q > self.df { (self.q - self.df) / self.q } else { 0.0 };
        (self.df > 0.0).then(|| F::of(excess))
    }
}
