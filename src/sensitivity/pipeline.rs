//! Models of effects as models of tables.

use crate::effect_size::EffectSize;
use crate::error::Error;
use crate::pool::Pool;
use crate::studies::Studies;
use crate::summary::TwoByTwo;

/// A recipe and a model of effects as one model of tables: what changes counts, such as
/// [`Fragility`](super::Fragility), then works for inverse-variance models, too.
///
/// ```
/// use meta_analysis::{EffectSize, Pool, RandomEffects, RiskRatio, TwoByTwo, sensitivity::Pipeline};
///
/// let trials = [TwoByTwo::new([4, 119], [11, 128]), TwoByTwo::new([6, 300], [29, 274])];
/// let model = RandomEffects::default();
/// assert_eq!(Pipeline::new(RiskRatio, model).pool(&trials)?, model.pool(&RiskRatio.studies(&trials)?)?);
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pipeline<R, P> {
    recipe: R,
    model: P,
}

impl<R, P> Pipeline<R, P> {
    /// First the recipe, then the model.
    pub const fn new(recipe: R, model: P) -> Self {
        Self { recipe, model }
    }
}

impl<R, P, S> Pool<S> for Pipeline<R, P>
where
    R: EffectSize<TwoByTwo>,
    P: Pool<Studies<R::Measure>>,
    S: AsRef<[TwoByTwo]> + ?Sized,
{
    type Output = P::Output;

    fn pool(&self, tables: &S) -> Result<P::Output, Error> {
        self.model.pool(&self.recipe.studies(tables.as_ref())?)
    }
}
