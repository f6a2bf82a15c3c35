//! What is known of one group: the reliability of a scale, genotypes.

use crate::error::{Error, ErrorKind};

/// Cronbach's alpha of a scale in one sample.
///
/// ```
/// use meta_analysis::CronbachAlpha;
///
/// let study = CronbachAlpha::new(0.93, 20, 103)?;  // alpha, items, persons
/// assert_eq!(study.items(), 20);
/// assert_eq!(CronbachAlpha::new(1.3, 20, 103).unwrap_err().to_string(),
///     "a coefficient alpha of 1.3 is outside the range of its scale (1 and below)");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "reliability")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CronbachAlpha {
    alpha: f64,
    items: u64,
    n: u64,
}

impl CronbachAlpha {
    /// Alpha, which may be negative, the number of items of the scale and that of persons.
    ///
    /// # Errors
    /// [`ErrorKind::OutsideScale`] unless alpha is a number and at most 1; [`ErrorKind::NotEstimable`] for fewer than 2
    /// items, of which alpha is not defined, or fewer than 3 persons.
    pub fn new(alpha: f64, items: u64, n: u64) -> Result<Self, Error> {
        let measure = "coefficient alpha";
        if !(alpha <= 1.0 && alpha.is_finite()) {
            return Err(ErrorKind::OutsideScale { measure, link: "1 and below", value: alpha }.into());
        }
        if items < 2 || n < 3 {
            let reason = if items < 2 { "it needs at least 2 items" } else { "it needs at least 3 persons" };
            return Err(ErrorKind::NotEstimable { measure, reason }.into());
        }
        Ok(Self { alpha, items, n })
    }

    /// Alpha.
    #[must_use]
    pub const fn alpha(&self) -> f64 {
        self.alpha
    }

    /// The number of items.
    #[must_use]
    pub const fn items(&self) -> u64 {
        self.items
    }

    /// The number of persons.
    #[must_use]
    pub const fn n(&self) -> u64 {
        self.n
    }
}

/// Numbers of persons by genotype at a place with two alleles.
///
/// ```
/// use meta_analysis::Genotypes;
///
/// let cases = Genotypes::new([298, 535, 221]);  // AA, Aa, aa
/// assert_eq!(cases.heterozygous(), 535);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Genotypes {
    counts: [u64; 3],
}

impl Genotypes {
    /// Homozygous for one allele, heterozygous, homozygous for the other.
    #[must_use]
    pub const fn new(counts: [u64; 3]) -> Self {
        Self { counts }
    }

    /// Those homozygous for one allele and for the other.
    #[must_use]
    pub const fn homozygous(&self) -> [u64; 2] {
        let [first, _, second] = self.counts;
        [first, second]
    }

    /// Those with both alleles.
    #[must_use]
    pub const fn heterozygous(&self) -> u64 {
        let [_, both, _] = self.counts;
        both
    }
}
