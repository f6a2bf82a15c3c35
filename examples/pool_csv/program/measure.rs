//! The measures by name.

use std::str::FromStr;

use meta_analysis::{
    AnyMeasure, ArcsineDifference, CommonLanguageEffectSize, DiagnosticOddsRatio, FisherZ, HazardRatio, Link,
    LogitProportion, MeanDifference, OddsRatio, PetoOddsRatio, RateDifference, RateRatio, RateRootDifference,
    RatioOfMeans, RiskDifference, RiskRatio, StandardisedMeanDifference, VaccineEfficacy, VariabilityRatio, prelude::*,
};
use meta_analysis::{CoefficientOfVariationRatio, PhiCoefficient, TetrachoricCorrelation, YuleQ, YuleY};

use super::plan::Kind;
use super::{Failure, listed, plain};

/// A measure and how it is computed from raw data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    RiskRatio,
    OddsRatio,
    RiskDifference,
    Peto,
    Arcsine,
    VaccineEfficacy,
    DiagnosticOddsRatio,
    Phi,
    YuleQ,
    YuleY,
    Tetrachoric,
    LogisticD,
    CoxD,
    ProbitD,
    RateRatio,
    RateDifference,
    RateRootDifference,
    MeanDifference,
    PooledMeanDifference,
    HedgesG,
    CohenD,
    RevmanSmd,
    GlassDelta,
    BonettD,
    RatioOfMeans,
    VariabilityRatio,
    CoefficientOfVariationRatio,
    CommonLanguage,
    OddsRatioFromMeans,
    HazardRatio,
    Correlation,
    Proportion,
    Ratio,
    Difference,
}

/// A measure with its names (the first is printed), what it says, and the data it is computed from.
pub(crate) struct Entry {
    pub(crate) named: Named,
    pub(crate) names: &'static [&'static str],
    pub(crate) about: &'static str,
    pub(crate) kinds: &'static [Kind],
}

const fn entry(named: Named, names: &'static [&'static str], about: &'static str, kinds: &'static [Kind]) -> Entry {
    Entry { named, names, about, kinds }
}

use Kind::{Estimates, Events, Means, PersonTime};

/// All measures, in the order in which `--help` shows them.
pub(crate) const ALL: &[Entry] = &[
    entry(Named::RiskRatio, &["rr", "risk-ratio"], "risk ratio", &[Events, Estimates]),
    entry(Named::OddsRatio, &["or", "odds-ratio"], "odds ratio", &[Events, Estimates]),
    entry(Named::RiskDifference, &["rd", "risk-difference"], "risk difference", &[Events, Estimates]),
    entry(Named::Peto, &["peto", "peto-odds-ratio"], "odds ratio by Peto's method", &[Events, Estimates]),
    entry(Named::Arcsine, &["as", "arcsine", "asd"], "arcsine difference", &[Events, Estimates]),
    entry(Named::VaccineEfficacy, &["ve", "vaccine-efficacy"], "vaccine efficacy", &[Events, Estimates]),
    entry(Named::DiagnosticOddsRatio, &["dor"], "diagnostic odds ratio", &[Events, Estimates]),
    entry(Named::Phi, &["phi"], "phi coefficient", &[Events]),
    entry(Named::YuleQ, &["yuq", "yule-q"], "Yule's Q", &[Events]),
    entry(Named::YuleY, &["yuy", "yule-y"], "Yule's Y", &[Events]),
    entry(Named::Tetrachoric, &["rtet", "tetrachoric"], "tetrachoric correlation", &[Events]),
    entry(Named::LogisticD, &["or2dl", "logistic-d"], "standardised difference, logistic", &[Events]),
    entry(Named::CoxD, &["or2dn", "cox-d"], "standardised difference, Cox's", &[Events]),
    entry(Named::ProbitD, &["pbit", "probit-d"], "standardised difference, probit", &[Events]),
    entry(Named::RateRatio, &["irr", "rate-ratio"], "rate ratio", &[PersonTime, Estimates]),
    entry(Named::RateDifference, &["ird", "rate-difference"], "rate difference", &[PersonTime, Estimates]),
    entry(Named::RateRootDifference, &["irsd"], "difference of square roots of rates", &[PersonTime]),
    entry(Named::MeanDifference, &["md", "mean-difference"], "mean difference", &[Means, Estimates]),
    entry(Named::PooledMeanDifference, &["md-pooled"], "mean difference, one variance in both arms", &[Means]),
    entry(Named::HedgesG, &["smd", "hedges-g"], "standardised mean difference, Hedges' g", &[Means, Estimates]),
    entry(Named::CohenD, &["cohen-d", "d"], "the same without Hedges' correction", &[Means]),
    entry(Named::RevmanSmd, &["smd-revman"], "the same with Review Manager's formulas", &[Means]),
    entry(Named::GlassDelta, &["glass-delta", "smd1"], "in standard deviations of the control arm", &[Means]),
    entry(Named::BonettD, &["smdh", "bonett-d"], "in the root of the mean variance", &[Means]),
    entry(Named::RatioOfMeans, &["rom", "ratio-of-means"], "ratio of means", &[Means, Estimates]),
    entry(Named::VariabilityRatio, &["vr", "lnvr"], "ratio of standard deviations", &[Means, Estimates]),
    entry(Named::CoefficientOfVariationRatio, &["cvr", "lncvr"], "ratio of variation", &[Means, Estimates]),
    entry(Named::CommonLanguage, &["cles", "common-language"], "common-language effect size", &[Means]),
    entry(Named::OddsRatioFromMeans, &["or-from-means", "d2orl"], "odds ratio implied by means", &[Means]),
    entry(Named::HazardRatio, &["hr", "hazard-ratio"], "hazard ratio", &[Estimates]),
    entry(Named::Correlation, &["zcor", "correlation"], "correlation, by Fisher's z", &[Estimates]),
    entry(Named::Proportion, &["plo", "proportion"], "proportion, by its log odds", &[Estimates]),
    entry(Named::Ratio, &["ratio"], "any ratio, by its logarithm", &[Estimates]),
    entry(Named::Difference, &["difference"], "anything read as it is pooled", &[Estimates]),
];

impl Named {
    /// The data it is computed from.
    pub(crate) fn kinds(self) -> &'static [Kind] {
        self.entry().map_or(&[], |entry| entry.kinds)
    }

    /// Its words, such as `risk ratio`.
    pub(crate) fn about(self) -> &'static str {
        self.entry().map_or("measure", |entry| entry.about)
    }

    fn entry(self) -> Option<&'static Entry> {
        ALL.iter().find(|entry| entry.named == self)
    }

    /// True if it is pooled on another scale than one reads it on.
    pub(crate) fn is_transformed(self) -> bool {
        self.any().link().name() != Link::IDENTITY.name()
    }

    /// What its estimates measure.
    pub(crate) fn any(self) -> AnyMeasure {
        match self {
            Self::RiskRatio => AnyMeasure::of(RiskRatio),
            Self::OddsRatio | Self::OddsRatioFromMeans => AnyMeasure::of(OddsRatio),
            Self::RiskDifference => AnyMeasure::of(RiskDifference),
            Self::Peto => AnyMeasure::of(PetoOddsRatio),
            Self::Arcsine => AnyMeasure::of(ArcsineDifference),
            Self::VaccineEfficacy => AnyMeasure::of(VaccineEfficacy),
            Self::DiagnosticOddsRatio => AnyMeasure::of(DiagnosticOddsRatio),
            Self::Phi => AnyMeasure::of(PhiCoefficient),
            Self::YuleQ => AnyMeasure::of(YuleQ),
            Self::YuleY => AnyMeasure::of(YuleY),
            Self::Tetrachoric => AnyMeasure::of(TetrachoricCorrelation),
            Self::RateRatio => AnyMeasure::of(RateRatio),
            Self::RateDifference => AnyMeasure::of(RateDifference),
            Self::RateRootDifference => AnyMeasure::of(RateRootDifference),
            Self::MeanDifference | Self::PooledMeanDifference => AnyMeasure::of(MeanDifference),
            Self::LogisticD | Self::CoxD | Self::ProbitD => AnyMeasure::of(StandardisedMeanDifference),
            Self::HedgesG | Self::CohenD | Self::RevmanSmd => AnyMeasure::of(StandardisedMeanDifference),
            Self::GlassDelta | Self::BonettD => AnyMeasure::of(StandardisedMeanDifference),
            Self::RatioOfMeans => AnyMeasure::of(RatioOfMeans),
            Self::VariabilityRatio => AnyMeasure::of(VariabilityRatio),
            Self::CoefficientOfVariationRatio => AnyMeasure::of(CoefficientOfVariationRatio),
            Self::CommonLanguage => AnyMeasure::of(CommonLanguageEffectSize),
            Self::HazardRatio => AnyMeasure::of(HazardRatio),
            Self::Correlation => AnyMeasure::of(FisherZ),
            Self::Proportion => AnyMeasure::of(LogitProportion::default()),
            Self::Ratio => AnyMeasure::new("ratio", Link::LOG),
            Self::Difference => AnyMeasure::new("effect", Link::IDENTITY),
        }
    }
}

impl FromStr for Named {
    type Err = Failure;

    fn from_str(name: &str) -> Result<Self, Failure> {
        let wanted = plain(name);
        let answers =
            |entry: &&Entry| entry.names.iter().any(|name| plain(name) == wanted) || plain(entry.about) == wanted;
        ALL.iter().find(answers).map(|entry| entry.named).ok_or_else(|| {
            let known = listed(ALL.iter().filter_map(|entry| entry.names.first()));
            Failure::new(format!("--measure: unknown measure {name:?}; there are {known}"))
        })
    }
}
