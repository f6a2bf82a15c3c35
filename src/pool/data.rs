//! The data behind a result, for its weights and its lines.

use super::fixed_weights::{FixedScheme, shares};
use super::mantel_haenszel::sums::MantelHaenszelSums;
use super::mantel_haenszel::{self, Sums};
use super::peto::sealed::OneStep;
use super::{MantelHaenszelMeasure, Model, Pooled};
use crate::error::{Error, ErrorKind};
use crate::evidence::Centre;
use crate::measure::{Measure, PetoOddsRatio};
use crate::real::Real;
use crate::studies::Studies;
use crate::summary::{PersonTime, Tables, TwoByTwo, ZeroCells};

/// Data that a result can be shown with: [`Studies`], and for a Mantel-Haenszel analysis the counts. Sealed.
pub trait StudyData<M: Measure, F: Real>: sealed::Sealed {
    /// The share of each study in the pooled effect.
    #[doc(hidden)]
    fn weights(&self, pooled: &Pooled<M, F>) -> Result<Vec<F>, Error>;

    /// The shares of the studies that [`effects`](Self::effects) has.
    #[doc(hidden)]
    fn line_weights(&self, pooled: &Pooled<M, F>) -> Result<Vec<F>, Error> {
        self.weights(pooled)
    }

    /// The studies' effects, labels and exclusions.
    #[doc(hidden)]
    fn effects(&self, pooled: &Pooled<M, F>) -> Result<Studies<M, F>, Error>;
}

impl<M: Measure, F: Real> StudyData<M, F> for Studies<M, F> {
    fn weights(&self, pooled: &Pooled<M, F>) -> Result<Vec<F>, Error> {
        check_k(pooled, self.k())?;
        if matches!(pooled.model, Model::MantelHaenszel(_)) {
            return Err(not_the_pooled(pooled, "a Mantel-Haenszel analysis pools tables, not effects"));
        }
        if matches!(pooled.model, Model::SampleSize(_)) {
            return Err(not_the_pooled(pooled, "weights by sample size need the sizes of the arms"));
        }
        if let Model::FixedWeights(scheme, _) = pooled.model {
            if scheme == FixedScheme::Given {
                return Err(not_the_pooled(pooled, "their weights were given by the caller"));
            }
            return Ok(shares(self, scheme).into_iter().map(F::of).collect());
        }
        let evidence = self.evidence();
        let kernel = evidence.kernel();
        let tau2 = kernel.in_unit(pooled.numbers.heterogeneity.tau2.unwrap_or(0.0));
        let Centre { c, total, mean } = evidence.centre(tau2);
        check_estimate(pooled, kernel.effect(mean))?;
        let weight = |&v: &F| F::of(c / (kernel.in_unit(v.f64()) + tau2) / total);
        Ok(self.v().iter().map(weight).collect())
    }

    fn effects(&self, _: &Pooled<M, F>) -> Result<Self, Error> {
        Ok(self.clone())
    }
}

/// The data of a model that pools counts, whose effects were made by the policy that the result remembers.
fn count_weights<M: MantelHaenszelSums>(data: &[M::Data], pooled: &Pooled<M>) -> Result<Vec<f64>, Error> {
    let Model::MantelHaenszel(policies) = &pooled.model else {
        return count_effects(data, pooled)?.weights(pooled);
    };
    let sums = Sums::of(pooled.measure, data, policies.sums)?;
    check_k(pooled, sums.cells.len())?;
    check_estimate(pooled, mantel_haenszel::sums::estimate(pooled.measure, &sums.cells)?)?;
    Ok(mantel_haenszel::weights(pooled.measure, &sums.cells))
}

fn count_effects<M: MantelHaenszelSums>(data: &[M::Data], pooled: &Pooled<M>) -> Result<Studies<M>, Error> {
    let zero_cells = match &pooled.model {
        Model::MantelHaenszel(policies) => policies.effects,
        Model::MantelHaenszelRandomEffects(effects) => *effects,
        _ => ZeroCells::HALF,
    };
    pooled.measure.studies(data, zero_cells)
}

/// The weights of the studies that have an effect: others may be part of the sums too.
fn count_line_weights<M: MantelHaenszelSums>(data: &[M::Data], pooled: &Pooled<M>) -> Result<Vec<f64>, Error> {
    let weights = count_weights(data, pooled)?;
    let Model::MantelHaenszel(policies) = &pooled.model else {
        return Ok(weights);
    };
    let sums = Sums::of(pooled.measure, data, policies.sums)?;
    let studies = count_effects(data, pooled)?;
    let mut of_study = vec![0.0; data.len()];
    for (i, weight) in sums.index.into_iter().zip(weights) {
        if let Some(slot) = of_study.get_mut(i) {
            *slot = weight;
        }
    }
    let mut excluded = studies.excluded().iter().filter_map(Error::study).peekable();
    let with_effect = |i: &usize| excluded.next_if_eq(i).is_none();
    Ok((0..data.len()).filter(with_effect).filter_map(|i| of_study.get(i).copied()).collect())
}

/// Counts behind a result, in the containers that models take.
macro_rules! counts {
    ($([$($generics:tt)*] $container:ty, $data:ty;)*) => {$(
        impl<M: MantelHaenszelSums<Data = $data>, $($generics)*> StudyData<M, f64> for $container {
            fn weights(&self, pooled: &Pooled<M>) -> Result<Vec<f64>, Error> {
                count_weights(self.as_ref(), pooled)
            }

            fn line_weights(&self, pooled: &Pooled<M>) -> Result<Vec<f64>, Error> {
                count_line_weights(self.as_ref(), pooled)
            }

            fn effects(&self, pooled: &Pooled<M>) -> Result<Studies<M>, Error> {
                count_effects(self.as_ref(), pooled)
            }
        }
    )*};
}

counts! {
    [] [TwoByTwo], TwoByTwo;
    [] Vec<TwoByTwo>, TwoByTwo;
    [const N: usize] [TwoByTwo; N], TwoByTwo;
    [] [PersonTime], PersonTime;
    [] Vec<PersonTime>, PersonTime;
    [const N: usize] [PersonTime; N], PersonTime;
}

/// Tables behind a result of Peto's method.
macro_rules! peto {
    ($([$($generics:tt)*] $container:ty;)*) => {$(
        impl<$($generics)*> StudyData<PetoOddsRatio, f64> for $container {
            fn weights(&self, pooled: &Pooled<PetoOddsRatio>) -> Result<Vec<f64>, Error> {
                peto_effects(self.as_ref(), pooled)?.weights(pooled)
            }

            fn effects(&self, pooled: &Pooled<PetoOddsRatio>) -> Result<Studies<PetoOddsRatio>, Error> {
                peto_effects(self.as_ref(), pooled)
            }
        }
    )*};
}

peto! {
    [] [TwoByTwo];
    [] Vec<TwoByTwo>;
    [const N: usize] [TwoByTwo; N];
}

fn peto_effects(tables: &[TwoByTwo], pooled: &Pooled<PetoOddsRatio>) -> Result<Studies<PetoOddsRatio>, Error> {
    let zero_cells = if let Model::Peto(zero_cells) = pooled.model { zero_cells } else { ZeroCells::NONE };
    OneStep::studies(PetoOddsRatio, tables, zero_cells)
}

impl StudyData<PetoOddsRatio, f64> for Tables {
    fn weights(&self, pooled: &Pooled<PetoOddsRatio>) -> Result<Vec<f64>, Error> {
        peto_effects(self.as_ref(), pooled)?.weights(pooled)
    }

    fn effects(&self, pooled: &Pooled<PetoOddsRatio>) -> Result<Studies<PetoOddsRatio>, Error> {
        peto_effects(self.as_ref(), pooled)?.with_labels(self.iter().map(|(label, _)| label))
    }
}

impl<M: MantelHaenszelMeasure> StudyData<M, f64> for Tables {
    fn weights(&self, pooled: &Pooled<M>) -> Result<Vec<f64>, Error> {
        count_weights(self.as_ref(), pooled)
    }

    fn line_weights(&self, pooled: &Pooled<M>) -> Result<Vec<f64>, Error> {
        count_line_weights(self.as_ref(), pooled)
    }

    fn effects(&self, pooled: &Pooled<M>) -> Result<Studies<M>, Error> {
        count_effects(self.as_ref(), pooled)?.with_labels(self.iter().map(|(label, _)| label))
    }
}

fn not_the_pooled<M: Measure, F: Real>(pooled: &Pooled<M, F>, reason: &'static str) -> Error {
    ErrorKind::NotThePooled { k: pooled.k, reason }.into()
}

fn check_k<M: Measure, F: Real>(pooled: &Pooled<M, F>, found: usize) -> Result<(), Error> {
    if found == pooled.k { Ok(()) } else { Err(not_the_pooled(pooled, "their number differs")) }
}

/// The same data give the same estimate, bit for bit.
fn check_estimate<M: Measure, F: Real>(pooled: &Pooled<M, F>, found: f64) -> Result<(), Error> {
    if found == pooled.numbers.estimate { Ok(()) } else { Err(not_the_pooled(pooled, "they give another estimate")) }
}

mod sealed {
    use super::{PersonTime, Studies, Tables, TwoByTwo};

    #[allow(unnameable_types, reason = "sealed: nobody else names it")]
    pub trait Sealed {}
    impl<M, F> Sealed for Studies<M, F> {}
    impl Sealed for [TwoByTwo] {}
    impl Sealed for Vec<TwoByTwo> {}
    impl<const N: usize> Sealed for [TwoByTwo; N] {}
    impl Sealed for Tables {}
    impl Sealed for [PersonTime] {}
    impl Sealed for Vec<PersonTime> {}
    impl<const N: usize> Sealed for [PersonTime; N] {}
}
