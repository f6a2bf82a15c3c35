//! The data behind a result, for its weights and its lines.

use super::fixed_weights::{FixedScheme, shares};
use super::mantel_haenszel::{self, estimable};
use super::{MantelHaenszelMeasure, Model, Pooled};
use crate::error::{Error, ErrorKind};
use crate::evidence::Centre;
use crate::measure::Measure;
use crate::real::Real;
use crate::studies::Studies;
use crate::summary::{Tables, TwoByTwo};

/// Data that a result can be shown with: [`Studies`], and for a Mantel-Haenszel analysis the tables. Sealed.
pub trait StudyData<M: Measure, F: Real>: sealed::Sealed {
    /// The share of each study in the pooled effect.
    #[doc(hidden)]
    fn weights(&self, pooled: &Pooled<M, F>) -> Result<Vec<F>, Error>;

    /// The studies' effects, labels and exclusions.
    #[doc(hidden)]
    fn effects(&self, pooled: &Pooled<M, F>) -> Result<Studies<M, F>, Error>;
}

impl<M: Measure, F: Real> StudyData<M, F> for Studies<M, F> {
    fn weights(&self, pooled: &Pooled<M, F>) -> Result<Vec<F>, Error> {
        check_k(pooled, self.k())?;
        if pooled.model == Model::MantelHaenszel {
            return Err(not_the_pooled(pooled, "a Mantel-Haenszel analysis pools tables, not effects"));
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
        let Centre { weights: total, mean } = kernel.centre(tau2);
        check_estimate(pooled, kernel.effect(mean))?;
        let weight = |&v: &F| F::of(total.c / (kernel.in_unit(v.f64()) + tau2) / total.total());
        Ok(self.v().iter().map(weight).collect())
    }

    fn effects(&self, _: &Pooled<M, F>) -> Result<Self, Error> {
        Ok(self.clone())
    }
}

impl<M: MantelHaenszelMeasure> StudyData<M, f64> for [TwoByTwo] {
    fn weights(&self, pooled: &Pooled<M>) -> Result<Vec<f64>, Error> {
        let studies = pooled.measure.studies(self)?;
        if pooled.model != Model::MantelHaenszel {
            return studies.weights(pooled);
        }
        check_k(pooled, studies.k())?;
        let (estimate, _) = pooled.measure.pooled(estimable(self, &studies))?;
        check_estimate(pooled, estimate)?;
        Ok(mantel_haenszel::weights(pooled.measure, estimable(self, &studies)))
    }

    fn effects(&self, pooled: &Pooled<M>) -> Result<Studies<M>, Error> {
        pooled.measure.studies(self)
    }
}

impl<M: MantelHaenszelMeasure> StudyData<M, f64> for Tables {
    fn weights(&self, pooled: &Pooled<M>) -> Result<Vec<f64>, Error> {
        <[TwoByTwo]>::weights(self.as_ref(), pooled)
    }

    fn effects(&self, pooled: &Pooled<M>) -> Result<Studies<M>, Error> {
        pooled.measure.labelled_studies(self)
    }
}

impl<M: MantelHaenszelMeasure> StudyData<M, f64> for Vec<TwoByTwo> {
    fn weights(&self, pooled: &Pooled<M>) -> Result<Vec<f64>, Error> {
        <[TwoByTwo]>::weights(self, pooled)
    }

    fn effects(&self, pooled: &Pooled<M>) -> Result<Studies<M>, Error> {
        <[TwoByTwo]>::effects(self, pooled)
    }
}

impl<M: MantelHaenszelMeasure, const N: usize> StudyData<M, f64> for [TwoByTwo; N] {
    fn weights(&self, pooled: &Pooled<M>) -> Result<Vec<f64>, Error> {
        <[TwoByTwo]>::weights(self, pooled)
    }

    fn effects(&self, pooled: &Pooled<M>) -> Result<Studies<M>, Error> {
        <[TwoByTwo]>::effects(self, pooled)
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
    use super::{Studies, Tables, TwoByTwo};

    #[allow(unnameable_types, reason = "sealed: nobody else names it")]
    pub trait Sealed {}
    impl<M, F> Sealed for Studies<M, F> {}
    impl Sealed for [TwoByTwo] {}
    impl Sealed for Vec<TwoByTwo> {}
    impl<const N: usize> Sealed for [TwoByTwo; N] {}
    impl Sealed for Tables {}
}
