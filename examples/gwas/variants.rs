//! All variants by name, in the order in which they are met.

/// Names, alleles, and a hash table over the names.
#[derive(Debug, Default)]
pub(crate) struct Variants {
    /// Name, effect allele and other allele of each variant, one after the other.
    text: Vec<u8>,
    records: Vec<Record>,
    /// Open addressing, at most half full; its length is a power of two.
    slots: Vec<Slot>,
}

/// Where the text of a variant is.
#[derive(Clone, Copy, Debug)]
struct Record {
    start: usize,
    name: u16,
    effect: u16,
    other: u16,
}

/// A place in the table: empty if `next` is 0.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    hash: u32,
    /// The index of the variant, counted from 1.
    next: u32,
}

impl Variants {
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    pub(crate) fn name(&self, index: usize) -> &[u8] {
        let Record { start, name, .. } = self.records[index];
        &self.text[start..start + usize::from(name)]
    }

    /// Effect allele and other allele.
    pub(crate) fn alleles(&self, index: usize) -> (&[u8], &[u8]) {
        let Record { start, name, effect, other } = self.records[index];
        let from = start + usize::from(name);
        self.text[from..from + usize::from(effect) + usize::from(other)].split_at(usize::from(effect))
    }

    /// The variant of this name. Files are mostly in one order, so that `guess`, the one after the last found, is
    /// mostly right.
    pub(crate) fn find(&self, name: &[u8], guess: usize) -> Option<usize> {
        if guess < self.records.len() && self.name(guess) == name {
            return Some(guess);
        }
        if self.slots.is_empty() {
            return None;
        }
        let hash = hash(name);
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot.next == 0 {
                return None;
            }
            let index = slot.next as usize - 1;
            if slot.hash == hash && self.name(index) == name {
                return Some(index);
            }
            at = (at + 1) & mask;
        }
    }

    /// Adds a variant that is not there yet; `None` if its text is longer than 65 535 bytes, or there are 2^32
    /// variants.
    pub(crate) fn insert(&mut self, name: &[u8], (effect, other): (&[u8], &[u8])) -> Option<usize> {
        let index = self.records.len();
        let slot = Slot { hash: hash(name), next: u32::try_from(index + 1).ok()? };
        let length = |text: &[u8]| u16::try_from(text.len()).ok();
        self.records.push(Record {
            start: self.text.len(),
            name: length(name)?,
            effect: length(effect)?,
            other: length(other)?,
        });
        for part in [name, effect, other] {
            self.text.extend_from_slice(part);
        }
        if self.slots.len() < 2 * self.records.len() {
            let larger = vec![Slot::default(); (2 * self.slots.len()).max(1024)];
            for slot in std::mem::replace(&mut self.slots, larger) {
                if slot.next != 0 {
                    place(&mut self.slots, slot);
                }
            }
        }
        place(&mut self.slots, slot);
        Some(index)
    }
}

fn place(slots: &mut [Slot], slot: Slot) {
    let mask = slots.len() - 1;
    let mut at = slot.hash as usize & mask;
    while slots[at].next != 0 {
        at = (at + 1) & mask;
    }
    slots[at] = slot;
}

/// Eight bytes at a time, folded by a wide multiplication.
#[allow(clippy::cast_possible_truncation, reason = "the halves of a product")]
fn hash(name: &[u8]) -> u32 {
    const FACTOR: u128 = 0x9e37_79b9_7f4a_7c15;
    let fold = |x: u64| {
        let product = u128::from(x) * FACTOR;
        (product as u64) ^ (product >> 64) as u64
    };
    let (words, rest) = name.as_chunks::<8>();
    let mut state = name.len() as u64;
    for word in words {
        state = fold(state ^ u64::from_le_bytes(*word)).rotate_left(23);
    }
    let last = rest.iter().fold(0, |last, &byte| (last << 8) | u64::from(byte));
    let state = fold(fold(state ^ last) ^ FACTOR as u64);
    (state >> 32) as u32
}
