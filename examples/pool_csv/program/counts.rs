//! Models of counts, which pool tables and not effects.

use meta_analysis::{MantelHaenszel, MantelHaenszelSums, Peto, StudyData, Tables, prelude::*};

use super::Failure;
use super::answer::text;
use super::data::Data;
use super::options::{Model, Options};

impl Data {
    pub(crate) fn peto(&self, tables: &Tables, options: &Options) -> Result<String, Failure> {
        let model = Peto::new().with_level(options.level);
        let model = options.zero_cells.map_or(model, |zero_cells| model.with_zero_cells(zero_cells));
        let report = model.pool(tables).and_then(|pooled| pooled.with(tables));
        text(report.map_err(|error| self.locate(&error))?, options)
    }

    pub(crate) fn mantel_haenszel<M: MantelHaenszelSums, S>(
        &self,
        measure: M,
        data: &S,
        options: &Options,
    ) -> Result<String, Failure>
    where
        S: AsRef<[M::Data]> + StudyData<M, f64> + ?Sized,
    {
        let model = MantelHaenszel::new(measure).with_level(options.level);
        let model = options.zero_cells.map_or(model, |zero_cells| model.with_zero_cells(zero_cells));
        let model = options.zero_cells_in_sums.map_or(model, |sums| model.with_zero_cells_in_sums(sums));
        let pooled = match options.model {
            Model::MantelHaenszelRandom => model
                .random_effects()
                .with_inference(options.inference.unwrap_or_default())
                .with_prediction(options.prediction.unwrap_or_default())
                .pool(data),
            _ => model.pool(data),
        };
        let report = pooled.and_then(|pooled| pooled.with(data));
        text(report.map_err(|error| self.locate(&error))?, options)
    }
}
