//! Analyses as other programs make them.

use meta_analysis::{
    Convention, ConventionTableMeasure, EffectSize, Error, FromTable, HedgesG, I2Definition, MeanDifference,
    MeansModel, Measure, OddsRatio, Pooled, QCentre, Report, RiskDifference, RiskRatio, StandardisedMeanDifference,
    TableModel, TableRecipe, Tables, Tau2Method, TwoByTwo, TwoMeans, prelude::*,
};

use super::Failure;
use super::answer::text;
use super::data::{Data, Values};
use super::measure::Named;
use super::options::{Model, Options};
use super::plan::Plan;

impl Data {
    pub(crate) fn by_convention(
        &self,
        convention: Convention,
        plan: &Plan,
        options: &Options,
    ) -> Result<String, Failure> {
        match (&self.values, plan.measure) {
            (Values::Events(tables), Named::RiskRatio) => self.tables(convention, RiskRatio, tables, options),
            (Values::Events(tables), Named::OddsRatio) => self.tables(convention, OddsRatio, tables, options),
            (Values::Events(tables), Named::RiskDifference) => self.tables(convention, RiskDifference, tables, options),
            (Values::Means(rows), Named::MeanDifference | Named::HedgesG) => {
                self.means(convention, plan.measure, rows, options)
            }
            _ => Err(Failure::new("--convention needs rr, or or rd of events, or md or smd of means")),
        }
    }

    fn tables<M>(
        &self,
        convention: Convention,
        measure: M,
        tables: &Tables,
        options: &Options,
    ) -> Result<String, Failure>
    where
        M: ConventionTableMeasure + TableRecipe,
        FromTable<M>: EffectSize<TwoByTwo, Measure = M>,
    {
        let model = match options.model {
            Model::Random => TableModel::InverseVarianceRandom,
            Model::Common => TableModel::InverseVariance,
            Model::MantelHaenszel => TableModel::MantelHaenszel,
            Model::MantelHaenszelRandom => TableModel::MantelHaenszelRandom,
            _ => return Err(Failure::new("--convention needs --model random, common, mantel-haenszel or mh-random")),
        };
        let mut analysis = convention.tables(measure, model);
        analysis.level = options.level;
        // By another estimator of tau2 or another Q, the random-effects model is that of the effects.
        let by_q = analysis.tau2 == Tau2Method::DerSimonianLaird && analysis.q_centre == QCentre::MantelHaenszel;
        let by_sums = model == TableModel::MantelHaenszel || (model == TableModel::MantelHaenszelRandom && by_q);
        let report = analysis.pool(tables).and_then(|pooled| {
            if by_sums {
                return pooled.with(tables);
            }
            pooled.with(&FromTable::new(measure).with_zero_cells(analysis.effects).labelled_studies(tables)?)
        });
        self.as_printed(convention, analysis.i2, report, options)
    }

    fn means(
        &self,
        convention: Convention,
        measure: Named,
        rows: &Vec<TwoMeans>,
        options: &Options,
    ) -> Result<String, Failure> {
        let model = match options.model {
            Model::Random => MeansModel::RandomEffects,
            Model::Common => MeansModel::CommonEffect,
            _ => return Err(Failure::new("--convention needs --model random or common for means")),
        };
        if measure == Named::MeanDifference {
            let mut analysis = convention.means(MeanDifference, model);
            analysis.level = options.level;
            let report = analysis.pool(rows).and_then(|pooled| self.of_means_with(&pooled, MeanDifference, rows));
            return self.as_printed(convention, analysis.i2, report, options);
        }
        let mut analysis = convention.means(StandardisedMeanDifference, model);
        analysis.level = options.level;
        let recipe = HedgesG::new().with_correction(analysis.correction).with_variance(analysis.variance);
        let report = analysis.pool(rows).and_then(|pooled| self.of_means_with(&pooled, recipe, rows));
        self.as_printed(convention, analysis.i2, report, options)
    }

    fn of_means_with<M: Measure, R: EffectSize<TwoMeans, Measure = M>>(
        &self,
        pooled: &Pooled<M>,
        recipe: R,
        rows: &[TwoMeans],
    ) -> Result<Report<M>, Error> {
        pooled.with(&recipe.labelled_studies(self.labels().zip(rows))?)
    }

    /// The table, and below it what the program prints otherwise than the table does.
    fn as_printed<M: Measure>(
        &self,
        convention: Convention,
        i2: I2Definition,
        report: Result<Report<M>, Error>,
        options: &Options,
    ) -> Result<String, Failure> {
        let report = report.map_err(|error| self.locate(&error))?;
        let pooled = report.pooled().clone();
        let table = text(report, options)?;
        if options.json {
            return Ok(table);
        }
        let footer = match convention {
            Convention::RevMan5 => format!("As Review Manager 5 prints it\n{}", pooled.revman_footer()),
            _ => match i2.of(pooled.heterogeneity()) {
                Some(share) => format!("I2 as {convention} defines it ({i2}): {:.1}%", 100.0 * share),
                None => return Ok(table),
            },
        };
        Ok(format!("{table}\n\n{footer}"))
    }
}
