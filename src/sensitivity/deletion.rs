//! What the deletion diagnostics start from.

use super::leave_one_out;
use crate::error::Error;
use crate::measure::Measure;
use crate::num::sum::sums_of_others;
use crate::pool::{Pool, Pooled, StudyData};
use crate::real::Real;
use crate::studies::Studies;
use crate::subset::Subset;

/// The answer of all studies, and for each study with an effect that of the others.
pub(super) struct Deletion<M, F> {
    pub(super) all: Pooled<M, F>,
    /// The effects; of tables, those that are estimable.
    pub(super) effects: Studies<M, F>,
    /// The shares of the studies in the pooled effect.
    pub(super) weights: Vec<f64>,
    /// For each: the sum of the other weights.
    pub(super) others: Vec<f64>,
    pub(super) labels: Vec<String>,
    /// `None` where the others cannot be pooled.
    pub(super) rest: Vec<Option<Pooled<M, F>>>,
}

impl<M: Measure, F: Real> Deletion<M, F> {
    pub(super) fn new<S, P>(model: &P, data: &S) -> Result<Self, Error>
    where
        S: Subset + StudyData<M, F>,
        P: Pool<S, Output = Pooled<M, F>> + ?Sized,
    {
        let result = leave_one_out(model, data)?;
        let all = result.all().clone();
        let (effects, weights) = (data.effects(&all)?, all.weights(data)?);
        let weights: Vec<f64> = weights.into_iter().map(Real::f64).collect();
        // Tables that are not estimable have a row there, and no effect here.
        let places = if effects.k() == data.size() { (0..effects.k()).collect() } else { effects.positions() };
        let row = |at: usize| result.rows().get(at);
        let labels = places.iter().map(|&at| row(at).map_or_else(String::new, |row| row.label.clone())).collect();
        let rest = places.iter().map(|&at| row(at)?.result.as_ref().ok().cloned()).collect();
        Ok(Self { others: sums_of_others(&weights), all, effects, weights, labels, rest })
    }

    /// Of each study its effect, its variance and what was found about it.
    pub(super) fn rows(&self) -> impl Iterator<Item = Deleted<'_, M, F>> {
        let columns = self.effects.y().iter().zip(self.effects.v()).zip(&self.rest).enumerate();
        columns.map(|(index, ((y, v), rest))| Deleted {
            label: &self.labels[index],
            y: y.f64(),
            v: v.f64(),
            weight: self.weights[index],
            others: self.others[index],
            rest: rest.as_ref(),
        })
    }
}

/// One study and the answer without it.
pub(super) struct Deleted<'a, M, F> {
    pub(super) label: &'a str,
    pub(super) y: f64,
    pub(super) v: f64,
    pub(super) weight: f64,
    pub(super) others: f64,
    pub(super) rest: Option<&'a Pooled<M, F>>,
}

/// τ², 0 for a model without.
pub(super) fn tau2_of<M: Measure, F: Real>(pooled: &Pooled<M, F>) -> f64 {
    pooled.heterogeneity().tau2.unwrap_or(0.0)
}
