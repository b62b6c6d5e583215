//! Pages of lists.

/// A page of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page {
    /// The number of entries before it.
    pub(super) start: usize,
    pub(super) size: usize,
}

impl Page {
    /// The page with this index, if all pages have this size.
    pub(super) const fn nth(index: usize, size: usize) -> Self {
        Self { start: index.saturating_mul(size), size }
    }

    pub(super) fn cut<'t, T>(self, list: &'t [T]) -> impl Iterator<Item = &'t T> + use<'t, T> {
        list.iter().skip(self.start).take(self.size)
    }

    /// Whether entries follow after it.
    pub(super) const fn has_next<T>(self, list: &[T]) -> bool {
        self.start.saturating_add(self.size) < list.len()
    }
}
