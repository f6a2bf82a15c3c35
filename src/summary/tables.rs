//! 2×2 tables with the names of their studies.

use crate::error::{Error, ErrorKind};
use crate::summary::TwoByTwo;

/// 2×2 tables with labels, for models that pool tables directly.
///
/// Iterating gives `(label, table)`, which is what
/// [`EffectSize::labelled_studies`](crate::EffectSize::labelled_studies) takes.
///
/// ```
/// use meta_analysis::{EffectSize, MantelHaenszel, Pool, RiskRatio, Tables};
///
/// // Perioperative ketamine and delirium: four trials, as [events, patients].
/// let tables = Tables::from_totals([
///     ("Hudetz 2009", [1, 29], [9, 29]),
///     ("Avidan 2017", [85, 450], [43, 217]),
///     ("Hollinger 2021", [3, 47], [4, 44]),
///     ("Ma 2023", [3, 31], [4, 31]),
/// ])?;
/// let pooled = MantelHaenszel::new(RiskRatio).pool(&tables)?;
/// assert_eq!(format!("{:.2}", pooled.natural().estimate), "0.83");
/// let studies = RiskRatio.labelled_studies(&tables)?;
/// assert_eq!(studies.label(3), Some("Ma 2023"));
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tables {
    tables: Vec<TwoByTwo>,
    labels: Vec<String>,
}

impl Tables {
    /// Tables from labels and `[events, patients]` of the treated and of the control arm.
    ///
    /// # Errors
    /// [`ErrorKind::EventsAboveTotal`], naming the study.
    pub fn from_totals<L: Into<String>>(
        rows: impl IntoIterator<Item = (L, [u64; 2], [u64; 2])>,
    ) -> Result<Self, Error> {
        let mut tables = Self::default();
        for (i, (label, treated, control)) in rows.into_iter().enumerate() {
            let label = label.into();
            let table = TwoByTwo::from_totals(treated, control).map_err(|e| e.in_study(i).with_label(&label))?;
            tables.push(label, table);
        }
        Ok(tables)
    }

    /// Adds one study.
    pub fn push(&mut self, label: impl Into<String>, table: TwoByTwo) {
        self.labels.push(label.into());
        self.tables.push(table);
    }

    /// Removes the last study, if there is one.
    pub(crate) fn remove_last(&mut self) {
        self.labels.pop();
        self.tables.pop();
    }

    /// Puts another study in the place of one (the index in range).
    pub(crate) fn overwrite(&mut self, at: usize, label: &str, table: TwoByTwo) {
        label.clone_into(&mut self.labels[at]);
        self.tables[at] = table;
    }

    /// The number of tables.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tables.len()
    }

    /// True if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// The label of the study with this index.
    #[must_use]
    pub fn label(&self, index: usize) -> Option<&str> {
        self.labels.get(index).map(String::as_str)
    }

    /// Labels and tables in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &TwoByTwo)> {
        self.labels.iter().map(String::as_str).zip(&self.tables)
    }

    /// The tables with one label each.
    ///
    /// # Errors
    /// [`ErrorKind::LengthMismatch`] unless there are as many labels as tables.
    pub fn with_labels<L: Into<String>>(
        tables: impl Into<Vec<TwoByTwo>>,
        labels: impl IntoIterator<Item = L>,
    ) -> Result<Self, Error> {
        let tables = tables.into();
        let labels: Vec<String> = labels.into_iter().map(Into::into).collect();
        if labels.len() != tables.len() {
            let (expected, found) = (tables.len(), labels.len());
            return Err(ErrorKind::LengthMismatch { what: "labels", expected, found }.into());
        }
        Ok(Self { tables, labels })
    }
}

impl AsRef<[TwoByTwo]> for Tables {
    fn as_ref(&self) -> &[TwoByTwo] {
        &self.tables
    }
}

impl<L: Into<String>> FromIterator<(L, TwoByTwo)> for Tables {
    fn from_iter<I: IntoIterator<Item = (L, TwoByTwo)>>(rows: I) -> Self {
        let mut tables = Self::default();
        rows.into_iter().for_each(|(label, table)| tables.push(label, table));
        tables
    }
}

impl<'a> IntoIterator for &'a Tables {
    type Item = (&'a str, &'a TwoByTwo);
    type IntoIter = std::iter::Zip<
        std::iter::Map<std::slice::Iter<'a, String>, fn(&'a String) -> &'a str>,
        std::slice::Iter<'a, TwoByTwo>,
    >;

    fn into_iter(self) -> Self::IntoIter {
        let labels = self.labels.iter().map(String::as_str as fn(&'a String) -> &'a str);
        labels.zip(self.tables.iter())
    }
}
