//! Meta-regression: the mean effect as a function of moderators.

mod baujat;
mod blup;
mod coding;
mod compare;
mod contrast;
mod deletion;
mod design;
mod display;
mod errors;
mod fit;
mod inflation;
mod influence;
mod permutation;
mod predict;
mod residuals;
mod result;
mod solution;

pub use coding::Coding;
pub use compare::LikelihoodRatio;
pub use contrast::{Coefficient, WaldTest};
pub use design::{Design, Setting};
pub use inflation::VarianceInflation;
pub use influence::{RegressionInfluence, StudyRegressionInfluence};
pub use permutation::{RegressionPermutation, RegressionPermutationResult};
pub use predict::RegressionPrediction;
pub use residuals::{DeletedResidual, Residual};
pub use result::Regression;

use crate::inference::{Inference, PredictionMethod};
use crate::level::Level;
use crate::tau2::{KnownTau2, Reml};

/// A meta-regression: the effects of studies differ with their moderators, and beyond that by a variance τ².
///
/// Any [`Tau2Estimator`](crate::Tau2Estimator) gives τ², foreign ones included: each sees the moderators through
/// [`Evidence`](crate::Evidence) alone. Use it where moderators were chosen before the results were known, with ten
/// studies or more for each; with few studies prefer [`HartungKnapp`](Inference::HartungKnapp) or a
/// [`RegressionPermutation`] test (Thompson & Higgins 2002; Higgins & Thompson 2004).
///
/// # Formula
/// ```text
/// y = Xβ + u + e        Var u = τ²,  Var e = v
/// β = (X'WX)⁻¹ X'Wy     Cov β = (X'WX)⁻¹     W = diag 1 / (v + τ²)
/// ```
/// (Berkey, Hoaglin, Mosteller & Colditz 1995.) Regressions are solved without normal equations: a design of condition
/// number 10⁸ costs the coefficients no more digits than the question itself does, and τ², Q and fitted values none.
///
/// | option | default | purpose | range |
/// |---|---|---|---|
/// | [`new`](Self::new) | REML | the estimator of τ² | any [`Tau2Estimator`](crate::Tau2Estimator) |
/// | [`common_effect`](Self::common_effect) | | no variance beyond the moderators | |
/// | [`multiplicative`](Self::multiplicative) | | variances φ v instead | |
/// | [`inverse_variance_weights`](Self::inverse_variance_weights) | | weights 1/v, with errors that allow for τ² | |
/// | [`with_inference`](Self::with_inference) | normal (multiplicative: t) | errors, k - p df | [`Inference`] |
/// | [`with_prediction`](Self::with_prediction) | t with k - p - 1 df | prediction intervals | [`PredictionMethod`] |
/// | [`with_level`](Self::with_level) | 95 % | level of all intervals | 0 < level < 1 |
///
/// # Scale
/// In: the analysis scale; so are the coefficients. Predictions are on both. Everything is computed, and reported, in
/// `f64`.
///
/// # Errors
/// [`TooFewStudies`](crate::ErrorKind::TooFewStudies) unless k > p;
/// [`DependentColumns`](crate::ErrorKind::DependentColumns); [`NoColumns`](crate::ErrorKind::NoColumns);
/// [`LengthMismatch`](crate::ErrorKind::LengthMismatch) of design and studies;
/// [`NotWithModerators`](crate::ErrorKind::NotWithModerators) for [`HartungKnappIqwig`](Inference::HartungKnappIqwig),
/// a rule for one interval; [`OutOfRange`](crate::ErrorKind::OutOfRange); those of the estimator.
///
/// # Example
/// ```
/// use meta_analysis::{Design, MetaRegression, Reml, RiskRatio, Studies};
///
/// // Thirteen trials of the BCG vaccine against tuberculosis, log risk ratios (Colditz et al. 1994).
/// let y = vec![-0.8893113339202054, -1.5853886572014306, -1.3480731482996933, -1.4415511900213054,
///     -0.2175473222112956, -0.786115585818864, -1.6208982235983924, 0.011952333523840508,
///     -0.4694176487381494, -1.3713448034727844, -0.3393588283383906, 0.4459134005713788, -0.017313948216879815];
/// let v = vec![0.32558476500396133, 0.19458112139814387, 0.4153679653679654, 0.020010031902247573,
///     0.05121017216963086, 0.0069056184559087574, 0.22301724757231517, 0.00396157929781773,
///     0.05643421046324896, 0.07302479361302891, 0.01241221397155972, 0.5325058452001528, 0.0714046596839863];
/// let latitude = [44.0, 55.0, 42.0, 52.0, 13.0, 44.0, 19.0, 13.0, 27.0, 42.0, 18.0, 33.0, 33.0];
/// let studies = Studies::from_analysis(RiskRatio, y, v)?;
/// let fit = MetaRegression::new(Reml).fit(&studies, &Design::new().continuous("latitude", latitude)?)?;
/// // The farther from the equator the better it protects: a slope of -0.0291 (SE 0.0072), tau2 0.0763.
/// let slope = &fit.coefficients()[1];
/// assert_eq!(format!("{:.4} {:.4}", slope.estimate, slope.std_error.unwrap()), "-0.0291 0.0072");
/// assert_eq!(format!("{:.4}", fit.tau2().unwrap().value), "0.0763");
/// let stockholm = fit.predict(&[("latitude", 59.3.into())])?;
/// assert_eq!(format!("{:.2}", stockholm.natural.estimate), "0.23");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
///
/// # References
/// - Berkey CS, Hoaglin DC, Mosteller F, Colditz GA (1995). A random-effects regression model for meta-analysis.
///   Statistics in Medicine 14, 395-411.
/// - Thompson SG, Higgins JPT (2002). How should meta-regression analyses be undertaken and interpreted? Statistics in
///   Medicine 21, 1559-1573.
/// - Knapp G, Hartung J (2003). Improved tests for a random effects meta-regression with a single covariate. Statistics
///   in Medicine 22, 2693-2710.
#[doc(alias = "rma")]
#[doc(alias = "metareg")]
#[doc(alias = "mixed-effects model")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MetaRegression<T = Reml> {
    tau2: T,
    effects: Effects,
    inference: Inference,
    prediction: PredictionMethod,
    level: Level,
}

/// How effects vary about the regression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effects {
    Random,
    Common,
    Multiplicative,
    /// Random, but weighted by 1/v.
    InverseVarianceWeights,
}

/// The model with REML. Only for that estimator, so that `MetaRegression::default()` names it.
impl Default for MetaRegression<Reml> {
    fn default() -> Self {
        Self::new(Reml)
    }
}

impl MetaRegression<KnownTau2> {
    /// The regression without variance beyond the moderators, τ² = 0: "fixed-effects meta-regression".
    #[must_use]
    pub const fn common_effect() -> Self {
        Self::with(KnownTau2::ZERO, Effects::Common)
    }

    /// The regression with variances φ v, φ being estimated by `Q_E / (k - p)`: weighted least squares as programs for
    /// ordinary regression do it (Thompson & Sharp 1999; Stanley & Doucouliagos 2015). Its default distribution is
    /// Student's t.
    ///
    /// ```
    /// use meta_analysis::{Design, MeanDifference, MetaRegression, Studies};
    ///
    /// let studies: Studies<_> = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
    /// let fit = MetaRegression::multiplicative().fit(&studies, &Design::new())?;
    /// // The standard error of a mean: a variance of 7 over 3 observations.
    /// assert!((fit.coefficients()[0].std_error.unwrap() - (7.0_f64 / 3.0).sqrt()).abs() < 1e-14);
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "UWLS")]
    #[must_use]
    pub const fn multiplicative() -> Self {
        let model = Self::with(KnownTau2::ZERO, Effects::Multiplicative);
        Self { inference: Inference::StudentT, ..model }
    }
}

impl<T> MetaRegression<T> {
    /// The random-effects (mixed-effects) regression with this estimator of τ² and normal 95 % intervals.
    pub const fn new(tau2: T) -> Self {
        Self::with(tau2, Effects::Random)
    }

    /// The same with the weights of a common effect, 1/v, and standard errors that allow for τ²: precise studies are
    /// not weighted down, which gives small studies less influence (Henmi & Copas 2010).
    pub const fn inverse_variance_weights(tau2: T) -> Self {
        Self::with(tau2, Effects::InverseVarianceWeights)
    }

    const fn with(tau2: T, effects: Effects) -> Self {
        let prediction = PredictionMethod::HigginsThompsonSpiegelhalter;
        Self { tau2, effects, inference: Inference::Normal, prediction, level: Level::P95 }
    }

    /// The same with another reference distribution or standard error.
    #[must_use]
    pub fn with_inference(self, inference: Inference) -> Self {
        Self { inference, ..self }
    }

    /// The same with other prediction intervals; degrees of freedom given as k - 1 and k - 2 are k - p and k - p - 1
    /// here.
    #[must_use]
    pub fn with_prediction(self, prediction: PredictionMethod) -> Self {
        Self { prediction, ..self }
    }

    /// The same with intervals of another level.
    #[must_use]
    pub fn with_level(self, level: Level) -> Self {
        Self { level, ..self }
    }
}
