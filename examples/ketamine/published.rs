//! Figures as the papers print them.

use meta_analysis::{AnyMeasure, MeanDifference, RiskRatio};

/// One pooled outcome.
pub(crate) struct Outcome {
    pub(crate) name: &'static str,
    ratio: bool,
    pub(crate) estimate: &'static str,
    pub(crate) lower: &'static str,
    pub(crate) upper: &'static str,
    pub(crate) p: &'static str,
}

impl Outcome {
    pub(crate) fn measure(&self) -> AnyMeasure {
        if self.ratio { AnyMeasure::of(RiskRatio) } else { AnyMeasure::of(MeanDifference) }
    }
}

/// Odutola PO, Gupta R. Medicine Advances 2023;1(4): 16 studies, 1080 patients, Review Manager 5.4.1.
pub(crate) const OUTCOMES: &[Outcome] = &[
    Outcome { name: "pain score", ratio: false, estimate: "-1.05", lower: "-1.72", upper: "-0.39", p: "0.002" },
    Outcome { name: "sleep quality", ratio: false, estimate: "0.00", lower: "-0.12", upper: "0.12", p: "1.00" },
    Outcome { name: "nausea", ratio: true, estimate: "1.42", lower: "0.84", upper: "2.39", p: "0.19" },
    Outcome { name: "hallucinations", ratio: true, estimate: "1.08", lower: "0.67", upper: "1.76", p: "0.75" },
    Outcome { name: "sedation", ratio: true, estimate: "1.05", lower: "0.24", upper: "4.54", p: "0.95" },
];

pub(crate) const DELIRIUM_MANTEL_HAENSZEL: [&str; 3] = ["0.83", "0.61", "1.12"];
pub(crate) const DELIRIUM_REML: [&str; 3] = ["0.76", "0.44", "1.33"];
pub(crate) const ANXIETY: [&str; 3] = ["-0.42", "-0.84", "0.003"];
pub(crate) const ANXIETY_WITHOUT_ECT: [&str; 3] = ["-0.58", "-1.07", "-0.09"];
pub(crate) const SOCIAL_FUNCTIONING: [&str; 3] = ["-0.31", "-0.52", "-0.10"];
pub(crate) const MORTALITY: [&str; 3] = ["0.97", "0.81", "1.16"];
