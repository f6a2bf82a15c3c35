//! The right ends of intervals that a search has yet to look at.

use super::stationary::Node;

/// As many as a search usually has at once.
const INLINE: usize = 8;

/// A stack of nodes with the depths of the intervals that end there; on the heap only if it is deep.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    inline: [(Node, u32); INLINE],
    len: usize,
    spilt: Vec<(Node, u32)>,
}

impl Pending {
    pub(super) const fn new() -> Self {
        Self { inline: [(Node::ZERO, 0); INLINE], len: 0, spilt: Vec::new() }
    }

    pub(super) fn push(&mut self, node: Node, depth: u32) {
        match self.inline.get_mut(self.len) {
            Some(slot) => *slot = (node, depth),
            None => self.spilt.push((node, depth)),
        }
        self.len += 1;
    }

    pub(super) fn pop(&mut self) {
        if self.len > INLINE {
            self.spilt.pop();
        }
        self.len = self.len.saturating_sub(1);
    }

    pub(super) fn last(&self) -> Option<(&Node, u32)> {
        let index = self.len.checked_sub(1)?;
        self.inline.get(index).or_else(|| self.spilt.last()).map(|(node, depth)| (node, *depth))
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
        self.spilt.clear();
    }

    /// Changes the depth of the last.
    pub(super) fn set_depth(&mut self, depth: u32) {
        let last = match self.len.checked_sub(1) {
            Some(index) if index < INLINE => Some(&mut self.inline[index]),
            Some(_) => self.spilt.last_mut(),
            None => None,
        };
        if let Some(last) = last {
            last.1 = depth;
        }
    }
}
