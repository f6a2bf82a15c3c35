//! The data behind a result, for its weights and its lines.

use super::mantel_haenszel::{self, estimable};
use super::{MantelHaenszelMeasure, Model, Pooled};
use crate::error::{Error, ErrorKind};
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
            return Err(Error::other(
                "the weights of a Mantel-Haenszel analysis come from its tables, not from effects",
            ));
        }
        let evidence = self.evidence();
        let kernel = evidence.kernel();
        let tau2 = kernel.in_unit(pooled.heterogeneity.tau2.unwrap_or(0.0));
        let total = kernel.centre(tau2).weights;
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

/// Refuses data that cannot be what was pooled.
fn check_k<M: Measure, F: Real>(pooled: &Pooled<M, F>, found: usize) -> Result<(), Error> {
    if found == pooled.k {
        return Ok(());
    }
    Err(ErrorKind::LengthMismatch { what: "studies in the data as were pooled", expected: pooled.k, found }.into())
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
