//! How much moderators that go together widen each other's standard errors.

use super::result::Regression;
use crate::measure::Measure;
use crate::num::square::{Cholesky, Square, dot};
use crate::real::Real;

/// The (generalised) variance inflation factor of a term.
#[derive(Clone, Debug, PartialEq)]
pub struct VarianceInflation {
    /// The term: a moderator or an interaction.
    pub term: String,
    /// By how much the squared volume of its confidence region grows by the correlation with the other terms; at least
    /// 1.
    pub factor: f64,
    /// Its number of columns.
    pub df: usize,
}

impl VarianceInflation {
    /// The factor on standard errors per column, `factor^(1 / 2 df)`, comparable between terms (Fox & Monette 1992).
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "there are few columns")]
    pub fn std_error_factor(&self) -> f64 {
        self.factor.powf(0.5 / self.df as f64)
    }
}

impl<M: Measure, F: Real> Regression<M, F> {
    /// The variance inflation of every term but the intercept: `|R_tt| |R_oo| / |R|`, with the correlation matrix R of
    /// the coefficients without the intercept, its part of the term, and that of the others (Fox & Monette 1992). For a
    /// single column it is the usual factor.
    #[doc(alias = "VIF")]
    #[doc(alias = "GVIF")]
    #[must_use]
    pub fn variance_inflation(&self) -> Vec<VarianceInflation> {
        let from = usize::from(self.design.has_intercept());
        let terms = self.design.terms().into_iter().filter(|(_, range)| range.start >= from);
        let sets: Vec<(String, Vec<usize>)> = terms.map(|(term, range)| (term, range.collect())).collect();
        self.inflation_of(sets, from)
    }

    /// The same for every column.
    #[must_use]
    pub fn variance_inflation_of_columns(&self) -> Vec<VarianceInflation> {
        let from = usize::from(self.design.has_intercept());
        self.inflation_of((from..self.p()).map(|j| (self.names[j].clone(), vec![j])).collect(), from)
    }

    fn inflation_of(&self, sets: Vec<(String, Vec<usize>)>, from: usize) -> Vec<VarianceInflation> {
        let whitened = self.solution.whitened_coefficients();
        let direction = |w: &Vec<f64>| {
            let length = dot(w, w).sqrt();
            w.iter().map(|x| x / length).collect::<Vec<f64>>()
        };
        let directions: Vec<Vec<f64>> = whitened.iter().map(direction).collect();
        let log_volume = |set: &[usize]| {
            let correlations = Square::of(set.len(), |i, j| dot(&directions[set[i]], &directions[set[j]]));
            Cholesky::new(&correlations).map_or(f64::NEG_INFINITY, |cholesky| cholesky.log_determinant())
        };
        let all: Vec<usize> = (from..self.p()).collect();
        let whole = log_volume(&all);
        sets.into_iter()
            .map(|(term, set)| {
                let others: Vec<usize> = all.iter().copied().filter(|j| !set.contains(j)).collect();
                let log = log_volume(&set) + log_volume(&others) - whole;
                // Columns so close that their correlation rounds to 1 inflate without bound.
                VarianceInflation {
                    term,
                    factor: if log.is_nan() { f64::INFINITY } else { log.exp().max(1.0) },
                    df: set.len(),
                }
            })
            .collect()
    }
}
