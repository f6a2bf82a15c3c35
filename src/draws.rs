//! What analyses that draw at random have in common.

use std::ops::ControlFlow;

use crate::error::{Error, ErrorKind};
use crate::random::Xoshiro256PlusPlus;

/// So many steps lie between two reports.
const REPORT_EVERY: u64 = 256;

/// How many random ones are taken, from which seed, and whether even where all could be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Draws {
    number: usize,
    seed: u64,
    always: bool,
}

impl Draws {
    pub(crate) const fn new(number: usize) -> Self {
        Self { number, seed: 0, always: false }
    }

    pub(crate) const fn with(self, number: usize, seed: u64) -> Self {
        Self { number, seed, ..self }
    }

    pub(crate) const fn always(self) -> Self {
        Self { always: true, ..self }
    }

    /// True if random ones are wanted even where all could be taken.
    pub(crate) const fn are_always(self) -> bool {
        self.always
    }

    /// Their number, and the generator.
    ///
    /// # Errors
    /// [`ErrorKind::TooFewDraws`] for none.
    pub(crate) fn start(self, quantity: &'static str) -> Result<(u64, Xoshiro256PlusPlus), Error> {
        if self.number == 0 {
            return Err(ErrorKind::TooFewDraws { quantity, needed: 1, found: 0 }.into());
        }
        Ok((u64::try_from(self.number).unwrap_or(u64::MAX - 1), Xoshiro256PlusPlus::from_seed(self.seed)))
    }
}

/// Tells the caller, every so often and at the end, how many are done of how many.
///
/// # Errors
/// [`ErrorKind::Cancelled`] if the caller wants no more.
pub(crate) fn report(
    progress: &mut impl FnMut(u64, u64) -> ControlFlow<()>,
    done: u64,
    total: u64,
) -> Result<(), Error> {
    let told = done.is_multiple_of(REPORT_EVERY) || done == total;
    if told && progress(done, total).is_break() && done < total {
        return Err(ErrorKind::Cancelled { done, total }.into());
    }
    Ok(())
}
