//! Does the answer hold? What it owes to each study, to the order of the studies and to single events.
//!
//! | question | here |
//! |---|---|
//! | Does it hang on one study, or one cluster of them? | [`leave_one_out`], [`leave_one_cluster_out`] |
//! | Does the heterogeneity? | [`heterogeneity_without_each`] |
//! | How did it come about? | [`cumulative`], [`cumulative_by`], [`cumulative_heterogeneity`] |
//! | Which studies pull at it, and which do not fit? | [`influence`], [`residuals`], [`baujat`] |
//! | What do all subsets of the studies say? | [`Gosh`] |
//! | What is the effect in each study, given all the others? | [`blup`] |
//! | How does it move with each number that goes in? | [`derivatives`] |
//! | How few events would turn the conclusion? | [`Fragility`] |
//!
//! Everything is generic over the model ([`Pool`]), and over what can be cut ([`Subset`]):
//! effects or counts. Where a model knows how, parts are pooled from sums that are only ever added, and all studies are
//! left out in the time of a few analyses; otherwise each part is pooled. Both give the same answers, to the last
//! digits or so.
//!
//! A regression has its own: [`MetaRegression::influence`](crate::MetaRegression::influence),
//! [`MetaRegression::baujat`](crate::MetaRegression::baujat) and [`Regression::blups`](crate::Regression::blups).
//!
//! A row whose part cannot be pooled holds the error; what is undefined is `None`. Results print as tables.

mod baujat;
mod blup;
mod cumulative;
mod deletion;
mod derivatives;
mod fragility;
mod gosh;
mod influence;
mod leave_one_out;
mod moments;
mod pipeline;
mod residuals;
mod table;

pub use baujat::{Baujat, BaujatPoint, baujat};
pub use blup::{Blup, Blups, blup};
pub use cumulative::{Cumulative, CumulativeRow, cumulative, cumulative_by};
pub use derivatives::{Derivatives, StudyDerivatives, derivatives};
pub use fragility::{AnyStudies, Change, Fragility, FragilityResult, StudyFragility};
pub use gosh::{Gosh, GoshPoint, GoshResult};
pub use influence::{Influence, StudyInfluence, influence};
pub use leave_one_out::{LeaveOneOut, Omission, leave_one_cluster_out, leave_one_out};
pub use moments::{MomentEstimator, cumulative_heterogeneity, heterogeneity_without_each};
pub use pipeline::Pipeline;
pub use residuals::{Residuals, StudyResidual, residuals};

pub(crate) use blup::shrunken;
pub(crate) use influence::is_influential;
pub(crate) use table::{Table, number};

use crate::pool::{Cuts, Pool, Repooled};
use crate::real::Real;
use crate::subset::Subset;

/// The model's own way of pooling parts of the data, or the general one.
fn cuts<'a, S: Subset, P: Pool<S> + ?Sized>(model: &'a P, data: &'a S) -> Box<dyn Cuts<P::Output> + 'a>
where
    P::Output: 'a,
{
    model.cuts(data).unwrap_or_else(|| Box::new(Repooled::new(model, data)))
}

/// A number if it is one in the type of the results.
fn finite<F: Real>(x: f64) -> Option<F> {
    Some(F::of(x)).filter(|x| x.is_finite())
}
