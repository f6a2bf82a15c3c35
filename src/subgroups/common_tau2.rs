//! One τ² for all groups.

use std::fmt;

use super::{Subgroup, Subgroups};
use crate::error::{Error, ErrorKind};
use crate::evidence::{Evidence, Moderators};
use crate::measure::Measure;
use crate::pool::{Name, Pool, RandomEffects};
use crate::real::Real;
use crate::studies::Studies;
use crate::subset::groups;
use crate::tau2::{Tau2, Tau2Estimator};

/// Pools each group of studies with one τ² for all groups, and tests whether the groups differ. As
/// [`subgroups`](super::subgroups()), but for random effects alone.
///
/// Groups of few studies say little of their own τ²; together they say more, if it is the same in all.
///
/// # Formula
/// τ² is what the model's estimator makes of the studies about the means of their groups: with DerSimonian & Laird
/// ```text
/// τ² = max(0, (Σ Q_g - Σ (k_g - 1)) / Σ C_g)        C_g = Σ w - Σ w²/Σ w in the group
/// ```
/// (Borenstein et al. 2009, chapter 19), with the likelihoods that of a meta-regression with a coefficient for each
/// group.
///
/// # Errors
/// As [`subgroups`](super::subgroups()); [`TooFewStudies`](crate::ErrorKind::TooFewStudies) if no group has two
/// studies, so that no τ² is left; estimators that have no form about several means say so.
///
/// # Example
/// ```
/// use meta_analysis::{DerSimonianLaird, MeanDifference, RandomEffects, Studies, subgroups_with_common_tau2};
///
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 3.0, 6.0, 11.0], vec![1.0, 1.0, 1.0, 1.0])?;
/// let model = RandomEffects::new(DerSimonianLaird);
/// let result = subgroups_with_common_tau2(&model, &studies, ["mild", "mild", "severe", "severe"])?;
/// // Q is 2 and 12.5 with 1 df each, C is 1 and 1.
/// let tau2 = result.groups()[0].result.clone()?.heterogeneity().tau2();
/// assert_eq!(tau2, Some(6.25));
/// # Ok::<(), meta_analysis::Error>(())
/// ```
pub fn subgroups_with_common_tau2<M: Measure, F: Real, T: Tau2Estimator<F>, G: ToString>(
    model: &RandomEffects<T>,
    studies: &Studies<M, F>,
    groups: impl IntoIterator<Item = G>,
) -> Result<Subgroups<M, F>, Error> {
    let groups = self::groups(studies, "groups", groups)?;
    let total = model.pool(studies)?;
    let members: Vec<&[usize]> = groups.iter().map(|(_, members)| &members[..]).filter(|m| !m.is_empty()).collect();
    // A constant, and an indicator for every group but the first.
    let indicator = |members: &[usize]| {
        let mut column = vec![0.0; studies.k()];
        members.iter().for_each(|&index| column[index] = 1.0);
        column
    };
    let mut columns = vec![vec![1.0; studies.k()]];
    columns.extend(members.iter().skip(1).map(|members| indicator(members)));
    let evidence = studies.evidence();
    let moderators = Moderators::new(evidence.kernel(), (studies.y(), studies.v()), &columns, Some(0))
        .map_err(|_| ErrorKind::OutOfRange { quantity: "the ratio of variances" })?;
    let tau2 = model.estimator().estimate(&studies.evidence().with_moderators(&moderators))?;
    let common = CommonTau2 { name: Name::of(model.estimator()), tau2 };
    let pool = |(name, members): (String, Vec<usize>)| {
        let result = model.with_estimator(&common).pool(&studies.select(&members));
        Subgroup { name, studies: members, result }
    };
    let groups = groups.into_iter().map(pool).collect();
    Subgroups { groups, total, common: None }.with_common_effects(studies)
}

/// A τ² that was estimated before.
#[derive(Debug)]
struct CommonTau2<F> {
    name: Name,
    tau2: Tau2<F>,
}

impl<F> fmt::Display for CommonTau2<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, one tau2 for all groups", self.name.as_str())
    }
}

impl<F: Real> Tau2Estimator<F> for CommonTau2<F> {
    fn tau2(&self, _: &Evidence<'_, F>) -> Result<F, Error> {
        Ok(self.tau2.value)
    }

    fn estimate(&self, _: &Evidence<'_, F>) -> Result<Tau2<F>, Error> {
        Ok(self.tau2)
    }
}
