//! Which way round a file counts the alleles of a variant.

/// What a row's alleles are beside those of the first file that has the variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alignment {
    /// The same effect allele.
    Same,
    /// Effect and other allele are swapped: the effect changes its sign.
    Swapped,
    /// The same effect allele, read from the complementary strand.
    Flipped,
    /// Both.
    FlippedAndSwapped,
    /// Other alleles: another variant under the same name, or an error.
    Mismatch,
}

impl Alignment {
    pub(crate) fn of(reference: (&[u8], &[u8]), row: (&[u8], &[u8])) -> Self {
        let (effect, other) = row;
        if same(effect, reference.0) && same(other, reference.1) {
            return Self::Same;
        }
        if same(effect, reference.1) && same(other, reference.0) {
            return Self::Swapped;
        }
        let (Some(effect), Some(other)) = (complement(effect), complement(other)) else {
            return Self::Mismatch;
        };
        match (&[effect][..], &[other][..]) {
            (effect, other) if same(effect, reference.0) && same(other, reference.1) => Self::Flipped,
            (effect, other) if same(effect, reference.1) && same(other, reference.0) => Self::FlippedAndSwapped,
            _ => Self::Mismatch,
        }
    }

    /// Whether the effect counts the other allele.
    pub(crate) fn turns_sign(self) -> bool {
        matches!(self, Self::Swapped | Self::FlippedAndSwapped)
    }
}

/// A/T and C/G look the same on both strands: swapped alleles cannot be told from a flipped strand.
pub(crate) fn is_ambiguous(effect: &[u8], other: &[u8]) -> bool {
    complement(effect).is_some_and(|flipped| same(&[flipped], other))
}

/// The base on the other strand; `None` for anything but a single base.
fn complement(allele: &[u8]) -> Option<u8> {
    let &[base] = allele else { return None };
    match base {
        b'A' | b'a' => Some(b'T'),
        b'T' | b't' => Some(b'A'),
        b'C' | b'c' => Some(b'G'),
        b'G' | b'g' => Some(b'C'),
        _ => None,
    }
}

fn same(a: &[u8], b: &[u8]) -> bool {
    a.eq_ignore_ascii_case(b)
}
