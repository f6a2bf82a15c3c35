//! Pooling parts of the same studies, one after the other.

mod common_effect;
mod frame;
mod offset_sums;

pub(super) use common_effect::CommonEffectTerms;
pub(crate) use frame::Frame;
pub(crate) use offset_sums::OffsetSums;

use super::Pool;
use crate::error::Error;
use crate::subset::Subset;

/// A stack of studies that can be pooled at any time, and the answers without each of all studies.
#[allow(unnameable_types, reason = "hidden: only this crate's models have one")]
pub trait Cuts<O> {
    /// Puts a study on the stack, by its index (in range).
    fn push(&mut self, index: usize);

    /// Takes off the study that was put on last.
    fn pop(&mut self);

    /// The answer of the studies on the stack.
    fn answer(&self) -> Result<O, Error>;

    /// The answers without each study in turn, whatever is on the stack.
    fn without_each(&self) -> Vec<Result<O, Error>>;
}

/// The way that every model has: each part is pooled. Memory is that of one copy of the studies.
pub(crate) struct Repooled<'a, S, P: ?Sized> {
    model: &'a P,
    all: &'a S,
    stack: S,
}

impl<'a, S: Subset, P: Pool<S> + ?Sized> Repooled<'a, S, P> {
    pub(crate) fn new(model: &'a P, all: &'a S) -> Self {
        Self { model, all, stack: all.part(&[]) }
    }
}

impl<S: Subset, P: Pool<S> + ?Sized> Cuts<P::Output> for Repooled<'_, S, P> {
    fn push(&mut self, index: usize) {
        self.stack.push_from(self.all, index);
    }

    fn pop(&mut self) {
        self.stack.pop_last();
    }

    fn answer(&self) -> Result<P::Output, Error> {
        self.model.pool(&self.stack)
    }

    fn without_each(&self) -> Vec<Result<P::Output, Error>> {
        let k = self.all.size();
        if self.all.given() > k {
            // The indices of the excluded studies move with every cut.
            return (0..k).map(|gone| self.model.pool(&self.all.part(&all_but(k, gone)))).collect();
        }
        let mut rest = self.all.part(&all_but(k, 0));
        let mut answers = Vec::with_capacity(k);
        for gone in 0..k {
            answers.push(self.model.pool(&rest));
            // The next study to go makes room for this one.
            if gone + 1 < k {
                rest.replace_from(gone, self.all, gone);
            }
        }
        answers
    }
}

pub(super) fn all_but(k: usize, gone: usize) -> Vec<usize> {
    (0..k).filter(|&index| index != gone).collect()
}

/// What a model whose answer is a function of sums over studies has to say, for [`Sums`].
pub(super) trait Terms {
    /// The sums of some studies.
    type State: Clone;
    type Output;

    /// The number of studies.
    fn size(&self) -> usize;

    /// The sums of none.
    fn empty(&self) -> Self::State;

    /// Adds a study.
    fn add(&self, state: &mut Self::State, index: usize);

    /// The sums of two sets of studies together.
    fn join(&self, a: &Self::State, b: &Self::State) -> Self::State;

    /// The answer; `None` where the sums have lost it, and only pooling can tell.
    fn answer(&self, state: &Self::State) -> Option<Result<Self::Output, Error>>;

    /// Pools the studies with these indices.
    fn pool(&self, kept: &[usize]) -> Result<Self::Output, Error>;
}

/// The fast way: sums of the first and of the last studies, which are only ever added, never subtracted.
pub(super) struct Sums<T: Terms> {
    terms: T,
    stack: Vec<(usize, T::State)>,
}

impl<T: Terms> Sums<T> {
    pub(super) fn new(terms: T) -> Self {
        Self { terms, stack: Vec::new() }
    }
}

impl<T: Terms> Cuts<T::Output> for Sums<T> {
    fn push(&mut self, index: usize) {
        let mut state = self.stack.last().map_or_else(|| self.terms.empty(), |(_, state)| state.clone());
        self.terms.add(&mut state, index);
        self.stack.push((index, state));
    }

    fn pop(&mut self) {
        self.stack.pop();
    }

    fn answer(&self) -> Result<T::Output, Error> {
        let known = self.stack.last().and_then(|(_, state)| self.terms.answer(state));
        known.unwrap_or_else(|| {
            let mut kept: Vec<usize> = self.stack.iter().map(|(index, _)| *index).collect();
            kept.sort_unstable();
            self.terms.pool(&kept)
        })
    }

    fn without_each(&self) -> Vec<Result<T::Output, Error>> {
        let (terms, k) = (&self.terms, self.terms.size());
        // after[i]: the sums of the studies from i on.
        let mut after = Vec::with_capacity(k + 1);
        after.push(terms.empty());
        for index in (0..k).rev() {
            let mut state = after.last().map_or_else(|| terms.empty(), Clone::clone);
            terms.add(&mut state, index);
            after.push(state);
        }
        after.reverse();
        let mut before = terms.empty();
        let without = |(gone, after): (usize, &T::State)| {
            let state = terms.join(&before, after);
            terms.add(&mut before, gone);
            terms.answer(&state).unwrap_or_else(|| terms.pool(&all_but(k, gone)))
        };
        after.iter().skip(1).enumerate().map(without).collect()
    }
}
