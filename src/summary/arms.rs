//! Several arms made one, and one arm shared out over several comparisons.

use std::num::NonZeroU64;

use super::{Group, PairedMeans, TwoByTwo};
use crate::error::{Error, ErrorKind};

impl Group {
    /// The group of all patients of this one and the others, as for two doses of one drug that are to be one arm. It is
    /// the group that the patients together would have given, whatever the number of arms.
    ///
    /// # Formula
    /// ```text
    /// n = Σ ni        mean = Σ ni mi / n        SD² = (Σ (ni - 1) si² + Σ ni (mi - mean)²) / (n - 1)
    /// ```
    /// which is the formula of the Cochrane Handbook (6.5.2.10, table 6.5.b) for two arms.
    ///
    /// # Errors
    /// [`ErrorKind::OutOfRange`] if a result is too large for its type.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::Group;
    ///
    /// let both = Group::new(3, 2.0, 1.0)?.combine([Group::new(3, 5.0, 1.0)?])?;    // 1 2 3 and 4 5 6
    /// assert_eq!(format!("{} {:.4} {:.4}", both.n(), both.mean(), both.sd()), "6 3.5000 1.8708");     // SD² = 3.5
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    pub fn combine(self, others: impl IntoIterator<Item = Self>) -> Result<Self, Error> {
        let mut arms = vec![self];
        arms.extend(others);
        let mut n = 0_u64;
        for arm in &arms {
            n = n.checked_add(arm.n()).ok_or(ErrorKind::OutOfRange { quantity: "the number of patients" })?;
        }
        // The sizes as they are added in double precision, so that the shares sum to 1.
        let total: f64 = arms.iter().map(Self::size).sum();
        // About the mean of the largest arm, which the mean of all is nearest to: arms that agree leave no rounding.
        // Halved, as the distance of two means could overflow.
        let base = arms.iter().fold(self, |largest, arm| if arm.n() > largest.n() { *arm } else { largest }).mean();
        let half_mean = arms.iter().map(|arm| arm.size() / total * (0.5 * arm.mean() - 0.5 * base)).sum::<f64>();
        let mean = (base + half_mean) + half_mean;
        let distance = |arm: &Self| 2.0 * (0.5 * arm.mean() - 0.5 * base - half_mean);
        // In units of the largest part, so that no square overflows or vanishes.
        let unit = arms.iter().fold(0.0_f64, |unit, arm| unit.max(arm.sd()).max(distance(arm).abs()));
        let within_and_between = arms.iter().map(|arm| {
            let (spread, distance) = (arm.sd() / unit, distance(arm) / unit);
            (arm.size() - 1.0) / (total - 1.0) * (spread * spread) + arm.size() / (total - 1.0) * (distance * distance)
        });
        let sd = unit * within_and_between.sum::<f64>().sqrt();
        if !mean.is_finite() {
            return Err(ErrorKind::OutOfRange { quantity: "the mean" }.into());
        }
        if !(sd > 0.0 && sd.is_finite()) {
            return Err(ErrorKind::OutOfRange { quantity: "the standard deviation" }.into());
        }
        Self::new(n, mean, sd)
    }

    /// This group shared out over several comparisons, as the control group of a trial with several treated arms that
    /// enter one meta-analysis: its patients would otherwise be counted once for each. Each share has the mean and the
    /// standard deviation of the whole, and sizes differ by at most one, the larger shares first (Cochrane Handbook,
    /// 23.3.4).
    ///
    /// The comparisons stay correlated, as the shares have one mean; combining the treated arms
    /// ([`combine`](Self::combine)) is the better way where one may.
    ///
    /// # Errors
    /// [`ErrorKind::NotPositive`] for no comparisons, [`ErrorKind::ArmTooSmall`] if a share would have fewer than two
    /// patients.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::Group;
    ///
    /// let shares: Vec<_> = Group::new(41, 7.2, 3.1)?.split(2)?.map(|share| share.n()).collect();
    /// assert_eq!(shares, [21, 20]);
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    pub fn split(self, comparisons: u32) -> Result<impl Iterator<Item = Self>, Error> {
        let comparisons = at_least_one(comparisons)?;
        let share = Share::new(self.n(), comparisons);
        if share.each < 2 {
            return Err(ErrorKind::ArmTooSmall { arm: "shared", needed: 2, found: share.each }.into());
        }
        Ok((0..comparisons.get()).map(move |i| self.with_size(share.at(i))))
    }
}

impl TwoByTwo {
    /// The row of several arms together, from `[events, non-events]` of each; `[events, patients]` will do as well.
    ///
    /// # Errors
    /// [`ErrorKind::OutOfRange`] if a count is too large for its type.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::TwoByTwo;
    ///
    /// let both_doses = TwoByTwo::combine_arms([[4, 36], [7, 32]])?;
    /// assert_eq!(TwoByTwo::new(both_doses, [9, 30]).treated(), [11, 68]);
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    pub fn combine_arms(rows: impl IntoIterator<Item = [u64; 2]>) -> Result<[u64; 2], Error> {
        rows.into_iter().try_fold([0_u64; 2], |[x, y], [a, b]| match (x.checked_add(a), y.checked_add(b)) {
            (Some(x), Some(y)) => Ok([x, y]),
            _ => Err(ErrorKind::OutOfRange { quantity: "the number of patients" }.into()),
        })
    }

    /// A row `[events, non-events]` shared out over several comparisons; see [`Group::split`].
    ///
    /// Counts stay whole, where the Cochrane Handbook (23.3.4) would have halves and thirds: what is left of the events
    /// goes to the first comparisons, one each, what is left of the non-events to those after them and around. So the
    /// shares sum to the row, their sizes differ by at most one, and each is within one event of an exact part. With
    /// fewer events than comparisons some shares have none: then combine the treated arms
    /// ([`combine_arms`](Self::combine_arms)).
    ///
    /// # Errors
    /// [`ErrorKind::NotPositive`] for no comparisons, [`ErrorKind::ArmTooSmall`] if a share would be empty.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::TwoByTwo;
    ///
    /// let shares: Vec<_> = TwoByTwo::split_arm([7, 34], 3)?.collect();
    /// assert_eq!(shares, [[3, 11], [2, 12], [2, 11]]);
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    pub fn split_arm([events, others]: [u64; 2], comparisons: u32) -> Result<impl Iterator<Item = [u64; 2]>, Error> {
        let comparisons = at_least_one(comparisons)?;
        let (events, others) = (Share::new(events, comparisons), Share::new(others, comparisons));
        let comparisons = comparisons.get();
        // The rest of the non-events begins after the comparisons that got a rest of the events.
        let after = move |i: u64| (i + comparisons - events.rest) % comparisons;
        let smallest = events.each.saturating_add(others.each).max(u64::from(events.rest + others.rest >= comparisons));
        if smallest == 0 {
            return Err(ErrorKind::ArmTooSmall { arm: "shared", needed: 1, found: 0 }.into());
        }
        Ok((0..comparisons).map(move |i| [events.at(i), others.at(after(i))]))
    }
}

impl PairedMeans {
    /// The changes as a group of their own, with which trials that report final values may be compared as
    /// [`MeanDifference`](crate::MeanDifference)s, but not as standardised ones. A correlation that was not reported
    /// may be borrowed from a study that allows to work it out, by [`from_change_sd`](Self::from_change_sd).
    ///
    /// # Formula
    /// ```text
    /// mean = m1 - m2        SD² = s1² + s2² - 2 r s1 s2
    /// ```
    /// (Cochrane Handbook, 6.5.2.8).
    ///
    /// # Errors
    /// [`ErrorKind::OutOfRange`] for a difference that is too large, [`ErrorKind::NotPositive`] for a standard
    /// deviation of 0.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::PairedMeans;
    ///
    /// // Cochrane Handbook, table 6.5.a: the correlation in the treated group is 0.78, borrowed for a group without.
    /// let reported = PairedMeans::from_change_sd(129, (16.2, 7.1), (15.2, 6.4), 4.5)?;
    /// assert_eq!(format!("{:.2}", reported.correlation()), "0.78");
    /// let changes = PairedMeans::new(129, (16.2, 7.1), (15.2, 6.4), 0.78)?.change()?;
    /// assert_eq!(format!("{:.1} {:.2}", changes.mean(), changes.sd()), "1.0 4.53");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    pub fn change(&self) -> Result<Group, Error> {
        let mean = self.after().mean() - self.before().mean();
        if !mean.is_finite() {
            return Err(ErrorKind::OutOfRange { quantity: "the mean change" }.into());
        }
        let sd = self.change_sd();
        if sd == f64::INFINITY {
            return Err(ErrorKind::OutOfRange { quantity: "the standard deviation of the changes" }.into());
        }
        Group::new(self.n(), mean, sd)
    }
}

/// A count shared out over comparisons: `each` for all, and one more for the first `rest` of them.
#[derive(Clone, Copy)]
struct Share {
    each: u64,
    rest: u64,
}

impl Share {
    fn new(count: u64, comparisons: NonZeroU64) -> Self {
        Self { each: count / comparisons, rest: count % comparisons }
    }

    const fn at(self, i: u64) -> u64 {
        self.each + (i < self.rest) as u64
    }
}

fn at_least_one(comparisons: u32) -> Result<NonZeroU64, Error> {
    NonZeroU64::new(u64::from(comparisons))
        .ok_or_else(|| ErrorKind::NotPositive { what: "number of comparisons", value: 0.0 }.into())
}
