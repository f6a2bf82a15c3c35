//! What can be cut: data of which a part is data of the same kind.

use std::collections::HashMap;

use crate::error::{Error, ErrorKind};
use crate::measure::Measure;
use crate::real::Real;
use crate::studies::Studies;
use crate::summary::{LogRank, PersonTime, Tables, TwoByTwo};

/// Data whose studies can be left out: [`Studies`], [`Tables`], and plain vectors of [`TwoByTwo`], [`PersonTime`] or
/// [`LogRank`]. Sealed.
///
/// Sensitivity analyses and subgroups are generic over it, so that they work for models of effects and for models of
/// counts. Where one value per study is asked for (a group, a year), it is one for every study *given*, in that order:
/// studies that were excluded as not estimable have theirs, too.
pub trait Subset: Sized + sealed::Sealed {
    /// How many studies can be cut.
    #[doc(hidden)]
    fn size(&self) -> usize;

    /// How many studies were given, those that were excluded included.
    #[doc(hidden)]
    fn given(&self) -> usize {
        self.size()
    }

    /// The place of each study among those given, in increasing order.
    #[doc(hidden)]
    fn positions(&self) -> Vec<usize> {
        (0..self.size()).collect()
    }

    /// The label of a study, if there is one.
    #[doc(hidden)]
    fn name(&self, index: usize) -> Option<&str>;

    /// The studies with these indices (all in range, in increasing order).
    #[doc(hidden)]
    fn part(&self, kept: &[usize]) -> Self;

    /// Adds the study with this index of other data.
    #[doc(hidden)]
    fn push_from(&mut self, other: &Self, index: usize);

    /// Removes the last study, if there is one.
    #[doc(hidden)]
    fn pop_last(&mut self);

    /// Puts the study with this index of other data in the place of one of these (both in range).
    #[doc(hidden)]
    fn replace_from(&mut self, at: usize, other: &Self, index: usize);

    /// The labels of all studies, or their numbers among those given.
    #[doc(hidden)]
    fn names(&self) -> Vec<String> {
        let name = |(index, at): (usize, usize)| match self.name(index).filter(|name| !name.is_empty()) {
            Some(name) => name.to_owned(),
            None => format!("study {}", at + 1),
        };
        self.positions().into_iter().enumerate().map(name).collect()
    }
}

impl<M: Measure, F: Real> Subset for Studies<M, F> {
    fn size(&self) -> usize {
        self.k()
    }

    fn given(&self) -> usize {
        self.k() + self.excluded().len()
    }

    fn positions(&self) -> Vec<usize> {
        let mut gone: Vec<usize> = self.excluded().iter().filter_map(Error::study).collect();
        gone.sort_unstable();
        let mut gone = gone.into_iter().peekable();
        let mut at = 0;
        let mut next = || {
            while gone.next_if_eq(&at).is_some() {
                at += 1;
            }
            at += 1;
            at - 1
        };
        (0..self.k()).map(|_| next()).collect()
    }

    fn name(&self, index: usize) -> Option<&str> {
        self.label(index)
    }

    fn part(&self, kept: &[usize]) -> Self {
        self.select(kept)
    }

    fn push_from(&mut self, other: &Self, index: usize) {
        self.append_from(other, index);
    }

    fn pop_last(&mut self) {
        self.remove_last();
    }

    fn replace_from(&mut self, at: usize, other: &Self, index: usize) {
        self.overwrite(at, other, index);
    }
}

impl Subset for Tables {
    fn size(&self) -> usize {
        self.len()
    }

    fn name(&self, index: usize) -> Option<&str> {
        self.label(index)
    }

    fn part(&self, kept: &[usize]) -> Self {
        let mut part = Self::default();
        kept.iter().for_each(|&index| part.push_from(self, index));
        part
    }

    fn push_from(&mut self, other: &Self, index: usize) {
        if let Some(table) = other.as_ref().get(index) {
            self.push(other.label(index).unwrap_or_default(), *table);
        }
    }

    fn pop_last(&mut self) {
        self.remove_last();
    }

    fn replace_from(&mut self, at: usize, other: &Self, index: usize) {
        if let Some(table) = other.as_ref().get(index) {
            self.overwrite(at, other.label(index).unwrap_or_default(), *table);
        }
    }
}

impl<T: Copy> Subset for Vec<T>
where
    Self: sealed::Sealed,
{
    fn size(&self) -> usize {
        self.len()
    }

    fn name(&self, _: usize) -> Option<&str> {
        None
    }

    fn part(&self, kept: &[usize]) -> Self {
        kept.iter().map(|&index| self[index]).collect()
    }

    fn push_from(&mut self, other: &Self, index: usize) {
        self.push(other[index]);
    }

    fn pop_last(&mut self) {
        self.pop();
    }

    fn replace_from(&mut self, at: usize, other: &Self, index: usize) {
        self[at] = other[index];
    }
}

/// One value for each study that can be cut, from values for all that were given.
///
/// # Errors
/// [`ErrorKind::LengthMismatch`].
pub(crate) fn for_each_study<S: Subset, T>(
    data: &S,
    what: &'static str,
    values: impl IntoIterator<Item = T>,
) -> Result<Vec<T>, Error> {
    let mut values: Vec<Option<T>> = values.into_iter().map(Some).collect();
    let (expected, found) = (data.given(), values.len());
    if found != expected {
        return Err(ErrorKind::LengthMismatch { what, expected, found }.into());
    }
    Ok(data.positions().into_iter().filter_map(|at| values.get_mut(at)?.take()).collect())
}

/// A group of studies: its name, and the indices of those that can be cut.
pub(crate) type Group = (String, Vec<usize>);

/// The groups in the order in which they appear. One whose studies are all excluded has no index.
///
/// # Errors
/// [`ErrorKind::LengthMismatch`].
pub(crate) fn groups<S: Subset, G: ToString>(
    data: &S,
    what: &'static str,
    names: impl IntoIterator<Item = G>,
) -> Result<Vec<Group>, Error> {
    let names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    let (mut groups, mut place) = (Vec::<Group>::new(), HashMap::new());
    for name in &names {
        let next = groups.len();
        if *place.entry(name.clone()).or_insert(next) == next {
            groups.push((name.clone(), Vec::new()));
        }
    }
    for (index, name) in for_each_study(data, what, names)?.iter().enumerate() {
        if let Some((_, members)) = place.get(name).and_then(|&at| groups.get_mut(at)) {
            members.push(index);
        }
    }
    Ok(groups)
}

mod sealed {
    use super::{LogRank, PersonTime, Studies, Tables, TwoByTwo};

    #[allow(unnameable_types, reason = "sealed: nobody else names it")]
    pub trait Sealed {}
    impl<M, F> Sealed for Studies<M, F> {}
    impl Sealed for Tables {}
    impl Sealed for Vec<TwoByTwo> {}
    impl Sealed for Vec<PersonTime> {}
    impl Sealed for Vec<LogRank> {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect_size::EffectSize;
    use crate::measure::RiskRatio;

    #[test]
    fn positions_count_what_was_excluded() {
        let zero = TwoByTwo::new([0, 10], [0, 10]);
        let table = TwoByTwo::new([1, 9], [2, 8]);
        let studies = RiskRatio.studies(&[zero, table, zero, zero, table, zero]).expect("studies");
        assert_eq!((studies.given(), studies.positions()), (6, vec![1, 4]));
        assert_eq!(studies.names(), ["study 2", "study 5"]);
    }
}
