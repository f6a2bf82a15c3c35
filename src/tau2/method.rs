//! The closed set of estimators, for choosing at run time.

use std::fmt;
use std::str::FromStr;

use super::{
    DerSimonianLaird, GeneralisedQ, HartungMakambi, HedgesOlkin, HunterSchmidt, HunterSchmidtSmallSample, LaneMethod,
    MaximumLikelihood, MeanAt, MedianUnbiasedGeneralisedQ, MedianUnbiasedPauleMandel, PauleMandel, QWeights, Reml,
    SidikJonkman, SidikJonkmanIterated, Tau2, Tau2Estimator, TwoStepDerSimonianLaird,
};
use crate::error::{Error, ErrorKind};
use crate::evidence::Evidence;
use crate::real::Real;

/// This crate's estimators of tau2 as one type, to be read from a flag or a configuration.
///
/// Parses full names and R's abbreviations, without regard to case, spaces, hyphens and underscores.
///
/// ```
/// use meta_analysis::Tau2Method;
///
/// assert_eq!("DL".parse::<Tau2Method>()?, Tau2Method::DerSimonianLaird);
/// assert_eq!("paule-mandel".parse::<Tau2Method>()?.to_string(), "Paule-Mandel");
/// assert_eq!("DerSimonian".parse::<Tau2Method>().unwrap_err().to_string(), "unknown estimator of tau2 \"DerSimonian\"");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tau2Method {
    /// [`DerSimonianLaird`].
    DerSimonianLaird,
    /// [`TwoStepDerSimonianLaird`].
    TwoStepDerSimonianLaird,
    /// [`HedgesOlkin`].
    HedgesOlkin,
    /// [`HunterSchmidt`].
    HunterSchmidt,
    /// [`HunterSchmidtSmallSample`].
    HunterSchmidtSmallSample,
    /// [`SidikJonkman`].
    SidikJonkman,
    /// [`SidikJonkmanIterated`].
    SidikJonkmanIterated,
    /// [`HartungMakambi`].
    HartungMakambi,
    /// [`PauleMandel`].
    PauleMandel,
    /// [`MedianUnbiasedPauleMandel`].
    MedianUnbiasedPauleMandel,
    /// [`GeneralisedQ`] with weights 1 / √v; with weights 1 / v it is [`DerSimonianLaird`].
    GeneralisedQ,
    /// [`MedianUnbiasedGeneralisedQ`] with weights 1 / v.
    MedianUnbiasedGeneralisedQ,
    /// [`MaximumLikelihood`].
    MaximumLikelihood,
    /// [`Reml`].
    Reml,
}

impl Tau2Method {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::DerSimonianLaird,
        Self::TwoStepDerSimonianLaird,
        Self::HedgesOlkin,
        Self::HunterSchmidt,
        Self::HunterSchmidtSmallSample,
        Self::SidikJonkman,
        Self::SidikJonkmanIterated,
        Self::HartungMakambi,
        Self::PauleMandel,
        Self::MedianUnbiasedPauleMandel,
        Self::GeneralisedQ,
        Self::MedianUnbiasedGeneralisedQ,
        Self::MaximumLikelihood,
        Self::Reml,
    ];

    /// Every name by which a method answers, the first being the one it prints.
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::DerSimonianLaird => &["DerSimonian-Laird", "DL"],
            Self::TwoStepDerSimonianLaird => &["two-step DerSimonian-Laird", "DL2"],
            Self::HedgesOlkin => &["Hedges-Olkin", "HE", "HO", "CO", "VC", "Hedges"],
            Self::HunterSchmidt => &["Hunter-Schmidt", "HS"],
            Self::HunterSchmidtSmallSample => &["Hunter-Schmidt (small-sample)", "HSk"],
            Self::SidikJonkman => &["Sidik-Jonkman", "SJ"],
            Self::SidikJonkmanIterated => &["Sidik-Jonkman (iterated)", "SJIT"],
            Self::HartungMakambi => &["Hartung-Makambi", "HM"],
            Self::PauleMandel => &["Paule-Mandel", "PM", "MP", "empirical Bayes", "EB", "Morris"],
            Self::MedianUnbiasedPauleMandel => &["median-unbiased Paule-Mandel", "PMM"],
            Self::GeneralisedQ => &["generalised Q (inverse standard error)", "GENQ_SQRT"],
            Self::MedianUnbiasedGeneralisedQ => &["median-unbiased generalised Q (inverse variance)", "GENQM"],
            Self::MaximumLikelihood => &["maximum likelihood", "ML"],
            Self::Reml => &["REML", "restricted maximum likelihood"],
        }
    }

    fn as_estimator<F: Real>(self) -> &'static dyn Tau2Estimator<F> {
        match self {
            Self::DerSimonianLaird => &DerSimonianLaird,
            Self::TwoStepDerSimonianLaird => &TwoStepDerSimonianLaird,
            Self::HedgesOlkin => &HedgesOlkin,
            Self::HunterSchmidt => &HunterSchmidt,
            Self::HunterSchmidtSmallSample => &HunterSchmidtSmallSample,
            Self::SidikJonkman => &SidikJonkman,
            Self::SidikJonkmanIterated => &SidikJonkmanIterated,
            Self::HartungMakambi => &HartungMakambi,
            Self::PauleMandel => &PauleMandel,
            Self::MedianUnbiasedPauleMandel => &MedianUnbiasedPauleMandel,
            Self::GeneralisedQ => const { &GeneralisedQ::new(QWeights::InverseStdError) },
            Self::MedianUnbiasedGeneralisedQ => const { &MedianUnbiasedGeneralisedQ::new(QWeights::InverseVariance) },
            Self::MaximumLikelihood => &MaximumLikelihood,
            Self::Reml => &Reml,
        }
    }
}

impl fmt::Display for Tau2Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.names()[0])
    }
}

impl FromStr for Tau2Method {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let plain = |text: &str| {
            text.chars()
                .filter(|c| !matches!(c, ' ' | '-' | '_' | '(' | ')'))
                .map(|c| c.to_ascii_lowercase())
                .collect::<String>()
        };
        let wanted = plain(name);
        let answers = |method: &&Self| method.names().iter().any(|name| plain(name) == wanted);
        Self::ALL
            .iter()
            .find(answers)
            .copied()
            .ok_or_else(|| ErrorKind::UnknownName { what: "estimator of tau2", name: name.into() }.into())
    }
}

impl<F: Real> Tau2Estimator<F> for Tau2Method {
    fn tau2(&self, evidence: &Evidence<'_, F>) -> Result<F, Error> {
        self.as_estimator().tau2(evidence)
    }

    fn std_error(&self, evidence: &Evidence<'_, F>, tau2: F) -> Option<F> {
        self.as_estimator().std_error(evidence, tau2)
    }

    fn estimate(&self, evidence: &Evidence<'_, F>) -> Result<Tau2<F>, Error> {
        self.as_estimator().estimate(evidence)
    }

    fn estimate_and_mean(&self, evidence: &Evidence<'_, F>) -> Result<(Tau2<F>, Option<MeanAt>), Error> {
        self.as_estimator().estimate_and_mean(evidence)
    }

    fn static_name(&self) -> Option<&'static str> {
        Some(self.names()[0])
    }

    fn lanes(&self) -> Option<LaneMethod> {
        self.as_estimator::<F>().lanes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_prints_the_name_of_its_estimator() {
        for method in Tau2Method::ALL {
            assert_eq!(method.to_string(), method.as_estimator::<f64>().to_string(), "{method:?}");
            for name in method.names() {
                assert_eq!(name.parse::<Tau2Method>().unwrap(), *method, "{name} parses");
            }
        }
    }
}
