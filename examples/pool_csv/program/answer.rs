//! Data pooled, and printed.

use meta_analysis::{
    AnyMeasure, BonettD, CommonEffect, CommonLanguage, CoxD, Error, FixedWeights, FromPersonTime, FromTable,
    GlassDelta, HedgesG, LogCoefficientOfVariationRatio, LogRatioOfMeans, LogVariabilityRatio, LogisticD, Measure,
    OddsRatioFromDifference, PersonTime, PersonTimeMeasure, Pooled, PooledMeanDifference, ProbitD, RandomEffects, Reml,
    Report, Studies, TableRecipe, Tables, Tau2Estimator, TwoMeans,
};
use meta_analysis::{
    ArcsineDifference, DerSimonianLaird, DiagnosticOddsRatio, EffectSize, MeanDifference, OddsRatio, PetoOddsRatio,
    PhiCoefficient, RateDifference, RateRatio, RateRootDifference, RiskDifference, RiskRatio, TetrachoricCorrelation,
    VaccineEfficacy, YuleQ, YuleY, prelude::*,
};

use super::data::{Data, Values};
use super::measure::Named;
use super::options::{Model, Options};
use super::plan::Plan;
use super::{Failure, cells};

impl Data {
    /// The result as text.
    pub(crate) fn answer(&self, plan: &Plan, options: &Options) -> Result<String, Failure> {
        if let Some(convention) = options.convention {
            return self.by_convention(convention, plan, options);
        }
        match (&self.values, options.model) {
            (Values::Events(tables), Model::Peto) => return self.peto(tables, options),
            (Values::Events(tables), Model::MantelHaenszel | Model::MantelHaenszelRandom) => {
                return match plan.measure {
                    Named::OddsRatio => self.mantel_haenszel(OddsRatio, tables, options),
                    Named::RiskDifference => self.mantel_haenszel(RiskDifference, tables, options),
                    _ => self.mantel_haenszel(RiskRatio, tables, options),
                };
            }
            (Values::PersonTime(rows), Model::MantelHaenszel | Model::MantelHaenszelRandom) => {
                return match plan.measure {
                    Named::RateDifference => self.mantel_haenszel(RateDifference, rows, options),
                    _ => self.mantel_haenszel(RateRatio, rows, options),
                };
            }
            _ => {}
        }
        let studies = match &self.values {
            Values::Events(tables) => of_tables(plan.measure, tables, options),
            Values::PersonTime(rows) => self.of_person_time(plan.measure, rows, options),
            Values::Means(rows) => self.of_means(plan.measure, rows),
            Values::Estimates(studies) => Ok(studies.clone()),
        };
        let studies = studies.map_err(|error| self.locate(&error))?;
        let report = pool(&studies, options).and_then(|pooled| pooled.with(&studies));
        text(report.map_err(|error| self.locate(&error))?, options)
    }

    fn of_person_time(
        &self,
        measure: Named,
        rows: &[PersonTime],
        options: &Options,
    ) -> Result<Studies<AnyMeasure>, Error> {
        match measure {
            Named::RateDifference => self.by_rates(RateDifference, rows, options),
            Named::RateRootDifference => self.by_rates(RateRootDifference, rows, options),
            _ => self.by_rates(RateRatio, rows, options),
        }
    }

    fn by_rates<M: PersonTimeMeasure>(
        &self,
        measure: M,
        rows: &[PersonTime],
        options: &Options,
    ) -> Result<Studies<AnyMeasure>, Error> {
        let recipe = FromPersonTime::new(measure);
        let recipe = options.zero_cells.map_or(recipe, |zero_cells| recipe.with_zero_cells(zero_cells));
        Ok(recipe.labelled_studies(self.labels().zip(rows))?.erase())
    }

    fn of_means(&self, measure: Named, rows: &[TwoMeans]) -> Result<Studies<AnyMeasure>, Error> {
        match measure {
            Named::PooledMeanDifference => self.by_means(PooledMeanDifference, rows),
            Named::HedgesG => self.by_means(HedgesG::new(), rows),
            Named::CohenD => self.by_means(HedgesG::uncorrected(), rows),
            Named::RevmanSmd => self.by_means(HedgesG::revman(), rows),
            Named::GlassDelta => self.by_means(GlassDelta::new(), rows),
            Named::BonettD => self.by_means(BonettD::new(), rows),
            Named::RatioOfMeans => self.by_means(LogRatioOfMeans::new(), rows),
            Named::VariabilityRatio => self.by_means(LogVariabilityRatio::new(), rows),
            Named::CoefficientOfVariationRatio => self.by_means(LogCoefficientOfVariationRatio::new(), rows),
            Named::CommonLanguage => self.by_means(CommonLanguage::new(), rows),
            Named::OddsRatioFromMeans => self.by_means(OddsRatioFromDifference::new(), rows),
            _ => self.by_means(MeanDifference, rows),
        }
    }

    fn by_means<R: EffectSize<TwoMeans>>(&self, recipe: R, rows: &[TwoMeans]) -> Result<Studies<AnyMeasure>, Error> {
        Ok(recipe.labelled_studies(self.labels().zip(rows))?.erase())
    }

    /// The library counts studies, people look for lines.
    pub(crate) fn locate(&self, error: &Error) -> Failure {
        match error.study().and_then(|index| self.places.get(index)) {
            Some(place) => Failure::new(format!("{}: {}", cells::place(place.line, &place.label), error.kind())),
            None => Failure::new(error.to_string()),
        }
    }
}

fn of_tables(measure: Named, tables: &Tables, options: &Options) -> Result<Studies<AnyMeasure>, Error> {
    match measure {
        Named::OddsRatio => by_table(OddsRatio, tables, options),
        Named::RiskDifference => by_table(RiskDifference, tables, options),
        Named::Peto => by_table(PetoOddsRatio, tables, options),
        Named::Arcsine => by_table(ArcsineDifference, tables, options),
        Named::VaccineEfficacy => by_table(VaccineEfficacy, tables, options),
        Named::DiagnosticOddsRatio => by_table(DiagnosticOddsRatio, tables, options),
        Named::Phi => by_table(PhiCoefficient, tables, options),
        Named::YuleQ => by_table(YuleQ, tables, options),
        Named::YuleY => by_table(YuleY, tables, options),
        Named::Tetrachoric => by_table(TetrachoricCorrelation, tables, options),
        Named::LogisticD => by_table(LogisticD, tables, options),
        Named::CoxD => by_table(CoxD, tables, options),
        Named::ProbitD => by_table(ProbitD, tables, options),
        _ => by_table(RiskRatio, tables, options),
    }
}

fn by_table<R: TableRecipe>(recipe: R, tables: &Tables, options: &Options) -> Result<Studies<AnyMeasure>, Error> {
    let recipe = FromTable::new(recipe);
    let recipe = options.zero_cells.map_or(recipe, |zero_cells| recipe.with_zero_cells(zero_cells));
    Ok(recipe.labelled_studies(tables)?.erase())
}

fn pool(studies: &Studies<AnyMeasure>, options: &Options) -> Result<Pooled<AnyMeasure>, Error> {
    let (inference, prediction) = (options.inference.unwrap_or_default(), options.prediction.unwrap_or_default());
    let chosen = options.tau2.as_deref();
    match options.model {
        Model::Random => RandomEffects::new(chosen.unwrap_or(&Reml))
            .with_inference(inference)
            .with_prediction(prediction)
            .with_level(options.level)
            .pool(studies),
        // The models of counts were seen to before.
        Model::Common | Model::MantelHaenszel | Model::MantelHaenszelRandom | Model::Peto => {
            CommonEffect::new().with_inference(inference).with_level(options.level).pool(studies)
        }
        Model::Ivhet | Model::Unweighted => {
            let tau2: &dyn Tau2Estimator<f64> = chosen.unwrap_or(&DerSimonianLaird);
            let model = match options.model {
                Model::Ivhet => FixedWeights::inverse_variance(tau2),
                _ => FixedWeights::unweighted(tau2),
            };
            model.with_inference(inference).with_prediction(prediction).with_level(options.level).pool(studies)
        }
    }
}

pub(crate) fn text<M: Measure>(report: Report<M>, options: &Options) -> Result<String, Failure> {
    if options.json {
        return json(&report);
    }
    let report = if options.ascii { report.ascii() } else { report };
    Ok(match options.decimals {
        Some(decimals) => format!("{report:#.decimals$}"),
        None => format!("{report:#}"),
    })
}

#[cfg(feature = "serde")]
fn json<M: Measure>(report: &Report<M>) -> Result<String, Failure> {
    Ok(serde_json::to_string_pretty(report)?)
}

#[cfg(not(feature = "serde"))]
fn json<M: Measure>(_: &Report<M>) -> Result<String, Failure> {
    Err(Failure::new("--json needs the feature serde: build with --features serde"))
}
