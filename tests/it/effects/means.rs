//! Effects of means, of two groups and of one group measured twice.

use std::f64::consts::LN_2;

use meta_analysis::{
    AreaUnderCurve, AucVariance, AverageD, AverageDVariance, BaselineD, BaselineDVariance, BiserialCorrelation,
    BiserialCorrelationZ, BonettD, ChangeScoreD, ChangeScoreDVariance, CommonLanguage, Direction, EffectSize,
    EqualVarianceCommonLanguage, Error, GlassDelta, GlassDeltaVariance, HedgesG, HedgesGVariance,
    HeteroscedasticVariance, LogCoefficientOfVariationRatio, LogRatioOfMeans, LogVariabilityRatio, MeanDifference,
    OddsRatioFromDifference, PairedMeans, PointBiserial, PointBiserialVariance, PointBiserialZ, PooledMeanDifference,
    RatioOfMeansVariance, ReportedAuc, ReportedChange, ReportedDifference, SmallSampleCorrection, TwoMeans,
    UnderlyingDistribution, VariabilityVariance,
};
use serde_json::Value;

use super::{Answers, pair};

/// y and v; none is an error.
type Right = Option<(f64, f64)>;

/// What R computes otherwise: case, study, and y and v by exact arithmetic (mpmath, 40 digits).
///
/// DIFFERENCE 1: metafor takes J(m) as the exponential of a difference of two log gamma functions, which at m = 189998
/// is off by 1.0e-10 and at m = 89999 by 4.5e-11; the unbiased variance takes the difference of two numbers near 1 from
/// it, and is off by 2.7e-7 and 8.6e-8.
///
/// DIFFERENCE 2: metafor averages coefficients of variation over all studies, also over study 3, which has no ratio
/// since its means differ in sign (its coefficient of -2 makes the average smaller), and over the arm of study 6 whose
/// other arm is missing. Here the average is over the studies that are pooled.
///
/// DIFFERENCE 3: metafor gives an area under the curve of 1 the variance 0; here it is not estimable.
///
/// DIFFERENCE 4: to the second order, metafor adds a term in the squared covariance of paired measurements where the
/// delta method takes it away, and lets it depend on the ratio of the means or standard deviations. But a ratio's
/// logarithm only shifts with the unit of one measurement: its variance does not change
/// (`the_unit_of_one_measurement_shifts_a_log_ratio`), and is 0 where both agree up to scale. In exact terms, for 40
/// pairs with r = 0.8 and equal standard deviations: variance of the log variability ratio 0.0096324, here 0.0096189,
/// metafor 0.0101575 (see the unit test beside the recipe).
#[rustfmt::skip]
const DIFFERENCES: [(&str, usize, Right); 36] = [
    ("syntheticA|means|SMD", 4, Some((0.165_819_691_238_690_53, 2.118_346_945_322_294e-5))),
    ("syntheticA|means|SMD|vtype=LS2", 4, Some((0.165_819_691_238_690_53, 2.118_330_278_487_497e-5))),
    ("syntheticA|means|SMD|vtype=UB", 4, Some((0.165_819_691_238_690_53, 2.118_347_088_137_592_5e-5))),
    ("syntheticA|means|SMD|vtype=AV", 4, Some((0.165_819_691_238_690_53, 2.118_349_059_143_453_2e-5))),
    ("syntheticA|means|SMD|vtype=H0", 4, Some((0.165_819_691_238_690_53, 2.111_116_666_790_938_5e-5))),
    ("syntheticA|means|SMDH", 4, Some((0.164_398_338_354_159_07, 2.155_296_099_477_046_8e-5))),
    ("syntheticA|means|SMDH|vtype=LS2", 4, Some((0.164_398_338_354_159_07, 2.155_272_904_214_6e-5))),
    ("syntheticA|means|SMDH|vtype=LS3", 4, Some((0.164_398_338_354_159_07, 2.155_272_992_788_040_3e-5))),
    ("syntheticA|means|SMD1|vtype=UB", 4, Some((0.142_855_952_363_866_6, 2.122_449_137_064_857e-5))),
    ("syntheticA|means|ROM|vtype=AV", 0, Some((0.209_706_051_314_209_77, 3.919_435_421_558_418e-5))),
    ("syntheticA|means|ROM|vtype=AV", 1, Some((0.001_765_840_220_385_674_8, 7.232_279_592_289_517e-6))),
    ("syntheticA|means|ROM|vtype=AV", 3, Some((0.683_147_180_559_945_3, 2.302_655_752_800_128_5e-6))),
    ("syntheticA|means|ROM|vtype=AV", 4, Some((0.001_000_500_185_816_049, 1.063_841_973_521_878_4e-9))),
    ("syntheticA|means|ROM|vtype=AVHO", 0, Some((0.209_706_051_314_209_77, 4.007_440_442_972_271e-5))),
    ("syntheticA|means|ROM|vtype=AVHO", 1, Some((0.001_765_840_220_385_674_8, 7.213_392_797_350_088e-6))),
    ("syntheticA|means|ROM|vtype=AVHO", 3, Some((0.683_147_180_559_945_3, 2.164_017_839_205_026_4e-6))),
    ("syntheticA|means|ROM|vtype=AVHO", 4, Some((0.001_000_500_185_816_049, 1.015_218_245_552_975_3e-9))),
    ("syntheticA|means|ROM|vtype=AV|correct=FALSE", 0, Some((0.223_143_551_314_209_76, 3.919_435_421_558_418e-5))),
    ("syntheticA|means|ROM|vtype=AV|correct=FALSE", 1, Some((0.0, 7.232_279_592_289_517e-6))),
    ("syntheticA|means|ROM|vtype=AV|correct=FALSE", 3, Some((LN_2, 2.302_655_752_800_128_5e-6))),
    ("syntheticA|means|ROM|vtype=AV|correct=FALSE", 4, Some((0.001_000_500_333_583_533_5, 1.063_841_973_521_878_4e-9))),
    ("syntheticA|change|ROMC|vtype=LS2", 0, Some((0.172_573_408_645_806_48, 0.035_861_756_488_340_19))),
    ("syntheticA|change|ROMC|vtype=LS2", 1, Some((-0.056_985_062_303_739_84, 0.000_504_828_685_293_277_2))),
    ("syntheticA|change|ROMC|vtype=LS2", 3, Some((0.015_035_742_304_887_377, 6.985_571_738_639_168e-5))),
    ("syntheticA|change|VRC|vtype=LS2", 0, Some((-0.117_783_035_656_383_46, 0.609_375))),
    ("syntheticA|change|VRC|vtype=LS2", 1, Some((0.087_011_376_989_629_77, 0.009_618_934_911_242_603))),
    ("syntheticA|change|VRC|vtype=LS2", 3, Some((-0.064_538_521_137_571_18, 0.001_013_463_111_280_486))),
    ("syntheticA|change|CVRC|vtype=LS2", 0, Some((-0.290_356_444_302_189_93, 0.645_236_756_488_340_2))),
    ("syntheticA|change|CVRC|vtype=LS2", 1, Some((0.143_996_439_293_369_6, 0.010_123_763_596_535_88))),
    ("syntheticA|change|CVRC|vtype=LS2", 3, Some((-0.079_574_263_442_458_55, 0.001_083_318_828_666_877_5))),
    ("syntheticA|auc|CLES", 3, None),
    ("syntheticA|auc|CLES|vtype=LS2", 3, None),
    ("syntheticA|auc|CLES|vtype=MAX", 3, None),
    ("syntheticA|auc|AUC", 3, None),
    ("syntheticA|auc|AUC|vtype=LS2", 3, None),
    ("syntheticA|auc|AUC|vtype=MAX", 3, None),
];

/// The pair that is right where R differs.
pub(super) fn difference(case: &str, study: usize) -> Option<Right> {
    DIFFERENCES.iter().find(|(name, i, _)| *name == case && *i == study).map(|(.., right)| *right)
}

/// One case: its columns and options.
struct Case<'a>(&'a Value);

impl Case<'_> {
    fn number(&self, column: &str, i: usize) -> Option<f64> {
        self.0["input"][column][i].as_f64()
    }

    fn count(&self, column: &str, i: usize) -> u64 {
        self.0["input"][column][i].as_u64().unwrap_or(0)
    }

    fn has(&self, column: &str) -> bool {
        self.0["input"].get(column).is_some()
    }

    fn vtype(&self) -> &str {
        self.0["options"]["vtype"].as_str().unwrap_or("LS")
    }

    fn uncorrected(&self) -> bool {
        self.0["options"]["correct"] == Value::Bool(false)
    }

    fn correction(&self) -> SmallSampleCorrection {
        if self.uncorrected() { SmallSampleCorrection::Uncorrected } else { SmallSampleCorrection::Exact }
    }

    fn rows<D>(&self, row: impl Fn(usize) -> Result<D, Error>) -> Vec<Result<D, Error>> {
        let k = self.0["expected"]["yi"].as_array().expect("a column").len();
        (0..k).map(row).collect()
    }

    fn means(&self) -> Vec<Result<TwoMeans, Error>> {
        self.rows(|i| {
            let arm = |n, m, sd| {
                (self.count(n, i), self.number(m, i).unwrap_or(f64::NAN), self.number(sd, i).unwrap_or(f64::NAN))
            };
            TwoMeans::new(arm("n1i", "m1i", "sd1i"), arm("n2i", "m2i", "sd2i"))
        })
    }

    fn differences(&self) -> Vec<Result<ReportedDifference, Error>> {
        self.rows(|i| {
            let sizes = (self.count("n1i", i), self.count("n2i", i));
            let number = |column| self.number(column, i).expect("a number");
            if self.has("ti") {
                ReportedDifference::from_t(number("ti"), sizes)
            } else if self.has("di") {
                ReportedDifference::from_d(number("di"), sizes)
            } else {
                let p = number("pi");
                let direction = if p < 0.0 { Direction::Negative } else { Direction::Positive };
                ReportedDifference::from_p(p.abs(), direction, sizes)
            }
        })
    }

    fn areas(&self) -> Vec<Result<ReportedAuc, Error>> {
        self.rows(|i| {
            ReportedAuc::new(self.number("ai", i).expect("an area"), (self.count("n1i", i), self.count("n2i", i)))?
                .with_ties(self.number("mi", i).unwrap_or(0.0))
        })
    }

    /// In R the first mean is the later one; the first standard deviation belongs to it, except where it is that of the
    /// baseline.
    fn pairs(&self, baseline: bool) -> Vec<Result<PairedMeans, Error>> {
        self.rows(|i| {
            let number = |column| self.number(column, i).unwrap_or(1.0);
            let (first, second) = (number("sd1i"), number("sd2i"));
            let (after, before) = if baseline { (second, first) } else { (first, second) };
            PairedMeans::new(self.count("ni", i), (number("m1i"), after), (number("m2i"), before), number("ri"))
        })
    }
}

/// One study at a time.
fn each<D, R: EffectSize<D>>(recipe: R, rows: Vec<Result<D, Error>>) -> Option<Answers> {
    Some(rows.into_iter().map(|row| pair(recipe.effect(&row?))).collect())
}

/// All studies together, for variances that take averages; what is excluded or was invalid is an error.
fn together<D, R: EffectSize<D>>(recipe: R, rows: Vec<Result<D, Error>>) -> Option<Answers> {
    let valid: Vec<&D> = rows.iter().filter_map(|row| row.as_ref().ok()).collect();
    let studies = recipe.studies(valid).expect("studies");
    let (mut pooled, mut excluded, mut i) = (studies.y().iter().zip(studies.v()), studies.excluded().iter(), 0);
    let mut next_excluded = excluded.next();
    Some(
        rows.iter()
            .map(|row| {
                if let Err(error) = row {
                    return Err(error.clone());
                }
                i += 1;
                if let Some(error) = next_excluded.filter(|error| error.study() == Some(i - 1)) {
                    next_excluded = excluded.next();
                    return Err(error.clone());
                }
                let (y, v) = pooled.next().expect("a study");
                Ok((*y, *v))
            })
            .collect(),
    )
}

fn heteroscedastic(vtype: &str) -> HeteroscedasticVariance {
    match vtype {
        "LS2" => HeteroscedasticVariance::SampleSize,
        "LS3" => HeteroscedasticVariance::Mixed,
        "H0" => HeteroscedasticVariance::NoEffect,
        _ => HeteroscedasticVariance::DegreesOfFreedom,
    }
}

fn order(vtype: &str) -> VariabilityVariance {
    if vtype == "LS2" { VariabilityVariance::SecondOrder } else { VariabilityVariance::FirstOrder }
}

pub(super) fn answer(case: &Value) -> Option<Answers> {
    let (measure, case) = (case["options"]["measure"].as_str()?, Case(case));
    if case.0["options"].get("kind").is_some() {
        return None;
    }
    standardised(measure, &case)
        .or_else(|| ratios(measure, &case))
        .or_else(|| from_a_difference(measure, &case))
        .or_else(|| probabilities(measure, &case))
        .or_else(|| changes(measure, &case))
}

fn standardised(measure: &str, case: &Case<'_>) -> Option<Answers> {
    let vtype = case.vtype();
    match measure {
        "MD" if vtype == "HO" => each(PooledMeanDifference, case.means()),
        "MD" => each(MeanDifference, case.means()),
        "SMD" => {
            let g = HedgesG::new().with_correction(case.correction()).with_variance(match vtype {
                "LS2" => HedgesGVariance::Borenstein,
                "UB" => HedgesGVariance::Unbiased,
                "AV" => HedgesGVariance::Average,
                "H0" => HedgesGVariance::NoEffect,
                _ => HedgesGVariance::LargeSample,
            });
            if case.has("m1i") { together(g, case.means()) } else { together(g, case.differences()) }
        }
        "SMD1" | "SMD1H" => {
            let variance = match vtype {
                _ if measure == "SMD1H" => GlassDeltaVariance::Heteroscedastic,
                "LS2" => GlassDeltaVariance::Borenstein,
                "UB" => GlassDeltaVariance::Unbiased,
                "AV" => GlassDeltaVariance::Average,
                "H0" => GlassDeltaVariance::NoEffect,
                _ => GlassDeltaVariance::LargeSample,
            };
            together(GlassDelta::new().with_correction(case.correction()).with_variance(variance), case.means())
        }
        "SMDH" => {
            let d = BonettD::new().with_correction(case.correction()).with_variance(heteroscedastic(vtype));
            each(d, case.means())
        }
        _ => None,
    }
}

fn ratios(measure: &str, case: &Case<'_>) -> Option<Answers> {
    let vtype = case.vtype();
    match measure {
        "ROM" | "ROMC" => {
            let ratio = LogRatioOfMeans::new().with_variance(match vtype {
                "LS2" => RatioOfMeansVariance::SecondOrder,
                "HO" => RatioOfMeansVariance::Homoscedastic,
                "AV" => RatioOfMeansVariance::Average,
                "AVHO" => RatioOfMeansVariance::AverageHomoscedastic,
                _ => RatioOfMeansVariance::LargeSample,
            });
            let ratio = if case.uncorrected() { ratio.without_bias_correction() } else { ratio };
            if measure == "ROM" { together(ratio, case.means()) } else { together(ratio, case.pairs(false)) }
        }
        "VR" | "VRC" => {
            let ratio = LogVariabilityRatio::new().with_variance(order(vtype));
            let ratio = if case.uncorrected() { ratio.without_bias_correction() } else { ratio };
            if measure == "VR" { each(ratio, case.means()) } else { each(ratio, case.pairs(false)) }
        }
        "CVR" | "CVRC" => {
            let ratio = LogCoefficientOfVariationRatio::new().with_variance(order(vtype));
            let ratio = if case.uncorrected() { ratio.without_bias_correction() } else { ratio };
            if measure == "CVR" { each(ratio, case.means()) } else { each(ratio, case.pairs(false)) }
        }
        _ => None,
    }
}

/// Recipes that take means or a reported difference.
fn from_a_difference(measure: &str, case: &Case<'_>) -> Option<Answers> {
    fn either<R: EffectSize<TwoMeans> + EffectSize<ReportedDifference>>(recipe: R, case: &Case<'_>) -> Option<Answers> {
        if case.has("m1i") { each(recipe, case.means()) } else { each(recipe, case.differences()) }
    }
    let variance = match case.vtype() {
        "CS" => PointBiserialVariance::CrossSectional,
        _ => PointBiserialVariance::FixedSizes,
    };
    match measure {
        "RPB" => either(PointBiserial::new().with_variance(variance), case),
        "ZPB" => either(PointBiserialZ::new().with_variance(variance), case),
        "RBIS" => either(BiserialCorrelation, case),
        "ZBIS" => either(BiserialCorrelationZ, case),
        "D2OR" | "D2ORL" => either(OddsRatioFromDifference::new(), case),
        "D2ORN" => either(OddsRatioFromDifference::new().with_distribution(UnderlyingDistribution::Normal), case),
        _ => None,
    }
}

fn probabilities(measure: &str, case: &Case<'_>) -> Option<Answers> {
    let vtype = case.vtype();
    match measure {
        "CLES" | "AUC" => each(
            AreaUnderCurve::new().with_variance(match vtype {
                "LS2" => AucVariance::HanleyMcNeil,
                "H0" => AucVariance::NoEffect,
                "MAX" => AucVariance::Maximum,
                _ => AucVariance::Newcombe,
            }),
            case.areas(),
        ),
        "CLESN" | "AUCN" if case.has("ai") => each(EqualVarianceCommonLanguage, case.areas()),
        "CLESN" | "AUCN" if !case.has("m1i") => each(EqualVarianceCommonLanguage, case.differences()),
        "CLESN" | "AUCN" if vtype == "HO" => each(EqualVarianceCommonLanguage, case.means()),
        "CLESN" | "AUCN" => each(CommonLanguage::new().with_variance(heteroscedastic(vtype)), case.means()),
        "CLESCN" | "AUCCN" => each(CommonLanguage::new(), case.pairs(false)),
        _ => None,
    }
}

fn changes(measure: &str, case: &Case<'_>) -> Option<Answers> {
    let (vtype, correction) = (case.vtype(), case.correction());
    match measure {
        "MC" => each(MeanDifference, case.pairs(false)),
        "SMCC" => {
            let d = ChangeScoreD::new().with_correction(correction).with_variance(match vtype {
                "LS2" => ChangeScoreDVariance::Borenstein,
                "UB" => ChangeScoreDVariance::Unbiased,
                "H0" => ChangeScoreDVariance::NoEffect,
                _ => ChangeScoreDVariance::LargeSample,
            });
            if case.has("m1i") {
                each(d, case.pairs(false))
            } else {
                each(d, case.rows(|i| ReportedChange::from_t(case.number("ti", i).expect("t"), case.count("ni", i))))
            }
        }
        "SMCR" | "SMCRH" => {
            let variance = match (measure, vtype) {
                ("SMCRH", "LS2") => BaselineDVariance::HeteroscedasticSampleSize,
                ("SMCRH", _) => BaselineDVariance::Heteroscedastic,
                (_, "LS2") => BaselineDVariance::Borenstein,
                (_, "UB") => BaselineDVariance::Unbiased,
                (_, "H0") => BaselineDVariance::NoEffect,
                _ => BaselineDVariance::LargeSample,
            };
            each(BaselineD::new().with_correction(correction).with_variance(variance), case.pairs(true))
        }
        "SMCRP" | "SMCRPH" => {
            let variance = match (measure, vtype) {
                ("SMCRPH", "LS2") => AverageDVariance::HeteroscedasticSampleSize,
                ("SMCRPH", _) => AverageDVariance::Heteroscedastic,
                _ => AverageDVariance::LargeSample,
            };
            each(AverageD::new().with_correction(correction).with_variance(variance), case.pairs(false))
        }
        _ => None,
    }
}
