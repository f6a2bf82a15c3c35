//! The first round.

use super::at_tau2::PartialSumsAtTau2;
use super::sums::Sums;
use crate::effect::Effect;
use crate::error::{Error, ErrorKind};
use crate::measure::{Measure, same_measure};
use crate::pool::{Choices, CommonEffect, Model, Pool, Pooled, Summed, needs_studies};
use crate::real::Real;
use crate::tau2::{KnownTau2, Tau2Method};

/// Sums over the studies of one outcome, from which the common effect, Q and the moment estimates of τ² follow: the
/// first of two rounds.
///
/// For studies that lie on several machines, or arrive one by one: each machine adds its own, and the sums are merged
/// in any order. However the studies are split, the results agree with those of all studies at once to the last digits;
/// nothing is found by subtracting large numbers. Sums are a few numbers, whatever the number of studies, and with
/// feature `serde` they travel.
///
/// The random-effects mean needs weights at τ², which is known only when all studies are in: [`at`](Self::at) starts
/// the second round, [`PartialSumsAtTau2`]. The two rounds are two types and cannot be confused.
///
/// # Formula
/// ```text
/// μ = μ_a + (μ_b - μ_a) W_b / W        Q = Q_a + Q_b + (μ_b - μ_a)² W_a W_b / W        W = W_a + W_b
/// ```
/// (Chan, Golub & `LeVeque` 1979; Pébay 2008), in double-double arithmetic; Σ w² and, for
/// [`HedgesOlkin`](crate::HedgesOlkin), Σ v and the unweighted mean and sum of squares are beside it.
///
/// # Scale
/// The analysis scale.
///
/// # Errors
/// A sum that would leave the floating-point range is refused with [`OutOfRange`](ErrorKind::OutOfRange), and the sums
/// stay as they were.
///
/// # Example
/// ```
/// use meta_analysis::{
///     CommonEffect, DerSimonianLaird, Effect, MeanDifference, PartialSums, Pool, RandomEffects, Tau2Method,
/// };
///
/// // Three studies on two machines.
/// let machines = [vec![(1.0, 1.0), (6.0, 1.0)], vec![(2.0, 1.0)]];
/// let mut first = PartialSums::new(MeanDifference);
/// for studies in &machines {
///     let mut mine = PartialSums::new(MeanDifference);
///     for &(y, v) in studies {
///         mine.add(Effect::from_analysis(MeanDifference, y, v)?)?;
///     }
///     first.merge(&mine)?;
/// }
/// assert_eq!(CommonEffect::new().pool(&first)?.heterogeneity().q(), 14.0);
///
/// // The second round starts from the first one's result.
/// let start = first.at(Tau2Method::DerSimonianLaird)?;
/// let mut second = start.clone();
/// for studies in &machines {
///     let mut mine = start.clone();
///     for &(y, v) in studies {
///         mine.add(Effect::from_analysis(MeanDifference, y, v)?)?;
///     }
///     second.merge(&mine)?;
/// }
/// let pooled = RandomEffects::new(DerSimonianLaird).pool(&second)?;
/// assert_eq!((pooled.heterogeneity().tau2(), pooled.natural().estimate), (Some(6.0), 3.0));
/// # Ok::<(), meta_analysis::Error>(())
/// ```
///
/// # References
/// - Chan TF, Golub GH, `LeVeque` RJ (1979). Updating formulae and a pairwise algorithm for computing sample variances.
///   Stanford University, STAN-CS-79-773.
/// - Pébay P (2008). Formulas for robust, one-pass parallel computation of covariances and arbitrary-order statistical
///   moments. Sandia National Laboratories, SAND2008-6212.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartialSums<M> {
    pub(crate) measure: M,
    pub(crate) sums: Sums,
}

impl<M: Measure> PartialSums<M> {
    /// The sums of no study.
    #[must_use]
    pub fn new(measure: M) -> Self {
        Self { measure, sums: Sums::default() }
    }

    /// Adds a study.
    ///
    /// # Errors
    /// [`OutOfRange`](ErrorKind::OutOfRange) if Q overflows; [`MeasureChanged`](ErrorKind::MeasureChanged) for another
    /// measure, where the type does not tell.
    pub fn add<F: Real>(&mut self, effect: Effect<M, F>) -> Result<(), Error> {
        check_measure(self.measure, effect.measure())?;
        self.join(&Sums::of(effect.y().f64(), effect.v().f64()))
    }

    /// Adds the studies of other sums.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        check_measure(self.measure, other.measure)?;
        self.join(&other.sums)
    }

    fn join(&mut self, other: &Sums) -> Result<(), Error> {
        self.sums = self.sums.merge(other).ok_or(ErrorKind::OutOfRange { quantity: "Cochran's Q" })?;
        Ok(())
    }

    /// The number of studies.
    #[must_use]
    pub fn k(&self) -> u64 {
        self.sums.k
    }

    /// The measure.
    #[must_use]
    pub fn measure(&self) -> M {
        self.measure
    }

    /// τ² by an estimator in closed form that needs no more than these sums: DerSimonian and Laird's, Hedges and
    /// Olkin's, Hunter and Schmidt's (both) and Hartung and Makambi's.
    ///
    /// # Errors
    /// [`NeedsStudies`](ErrorKind::NeedsStudies) for another; [`TooFewStudies`](ErrorKind::TooFewStudies) for fewer
    /// than two studies;
    /// [`OutOfRange`](ErrorKind::OutOfRange).
    ///
    /// ```
    /// use meta_analysis::{Effect, MeanDifference, PartialSums, Tau2Method};
    ///
    /// let mut sums = PartialSums::new(MeanDifference);
    /// for (y, v) in [(1.0, 1.0), (2.0, 2.0), (6.0, 3.0)] {
    ///     sums.add(Effect::from_analysis(MeanDifference, y, v)?)?;
    /// }
    /// assert_eq!(sums.tau2(Tau2Method::HedgesOlkin)?, 5.0);    // 14 / 2 - 6 / 3
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    pub fn tau2(&self, method: Tau2Method) -> Result<f64, Error> {
        moment_estimate(&self.sums, method)
    }

    /// The start of the second round, at the τ² of an estimator.
    ///
    /// One study has no τ²: the second round then goes on without, as [`RandomEffects`](crate::RandomEffects) does.
    ///
    /// # Errors
    /// As [`tau2`](Self::tau2), and [`NoStudies`](ErrorKind::NoStudies).
    pub fn at(&self, method: Tau2Method) -> Result<PartialSumsAtTau2<M>, Error> {
        let tau2 = match self.tau2(method) {
            Ok(tau2) => Some(tau2),
            Err(error) if self.k() == 1 && matches!(error.kind(), ErrorKind::TooFewStudies { .. }) => None,
            Err(error) => {
                self.check_some()?;
                return Err(error);
            }
        };
        PartialSumsAtTau2::start(self, Some(method), tau2)
    }

    /// The start of the second round, at a known τ².
    ///
    /// # Errors
    /// [`NoStudies`](ErrorKind::NoStudies).
    pub fn at_known(&self, tau2: KnownTau2) -> Result<PartialSumsAtTau2<M>, Error> {
        self.check_some()?;
        PartialSumsAtTau2::start(self, None, Some(tau2.get()))
    }

    fn check_some(&self) -> Result<(), Error> {
        if self.k() == 0 { Err(ErrorKind::NoStudies { excluded: 0 }.into()) } else { Ok(()) }
    }
}

/// Measures of one type may differ in value.
pub(crate) fn check_measure<M: Measure>(expected: M, found: M) -> Result<(), Error> {
    if same_measure(&expected, &found) {
        return Ok(());
    }
    Err(ErrorKind::MeasureChanged { expected: expected.label(), found: found.label() }.into())
}

/// τ² in the user's unit.
pub(crate) fn moment_estimate(sums: &Sums, method: Tau2Method) -> Result<f64, Error> {
    let estimate: &dyn Fn() -> f64 = match method {
        Tau2Method::DerSimonianLaird => &|| sums.dersimonian_laird(),
        Tau2Method::HedgesOlkin => &|| sums.hedges_olkin(),
        Tau2Method::HunterSchmidt => &|| sums.hunter_schmidt(false),
        Tau2Method::HunterSchmidtSmallSample => &|| sums.hunter_schmidt(true),
        Tau2Method::HartungMakambi => &|| sums.hartung_makambi(),
        _ => return Err(needs_studies(method)),
    };
    if sums.k < 2 {
        let found = usize::try_from(sums.k).unwrap_or(0);
        return Err(ErrorKind::TooFewStudies { quantity: "tau2", needed: 2, found }.into());
    }
    let tau2 = estimate();
    if tau2.is_finite() { Ok(tau2) } else { Err(ErrorKind::OutOfRange { quantity: "tau2" }.into()) }
}

impl Sums {
    /// What a common-effect model needs.
    pub(crate) fn common(&self) -> Summed {
        let at = self.at_zero();
        Summed {
            k: self.k,
            estimate: at.estimate,
            std_error: at.std_error,
            residuals: at.q,
            q: at.q,
            tau2: None,
            typical: at.typical,
        }
    }
}

/// With `Inference::HartungKnappIqwig`, [`NeedsStudies`](ErrorKind::NeedsStudies).
impl<M: Measure> Pool<PartialSums<M>> for CommonEffect {
    type Output = Pooled<M>;

    fn pool(&self, sums: &PartialSums<M>) -> Result<Pooled<M>, Error> {
        sums.check_some()?;
        let choices = Choices { inference: self.inference(), prediction: None, level: self.level() };
        sums.sums.common().pooled(sums.measure, Model::CommonEffect, choices)
    }
}
