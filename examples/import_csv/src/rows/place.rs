use std::fmt;

/// A position in the file: line and column, counted from 1. The column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    pub line: usize,
    pub column: usize,
}

impl At {
    pub const START: Self = Self { line: 1, column: 1 };
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Returns the line and the column of a byte.
pub struct Places<'a> {
    bytes: &'a [u8],
    /// The byte at which each line begins.
    lines: Vec<usize>,
}

impl<'a> Places<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        let ends = bytes.iter().enumerate().filter(|&(at, byte)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        let lines = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        Self { bytes, lines }
    }

    pub fn at(&self, offset: usize) -> At {
        let line = self.lines.partition_point(|&start| start <= offset);
        let before = &self.bytes[self.lines[line - 1]..offset.min(self.bytes.len())];
        // Counts the first bytes of characters, also in a line that is not valid UTF-8.
        let characters = before.iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
        At { line, column: characters + 1 }
    }
}
