//! A source text with alternatives in it, some inside of others.

use std::ops::Range;

pub enum Piece {
    Text(String),
    /// A part of the source, with the edits in it.
    Source(Range<usize>),
}

pub fn text(text: impl Into<String>) -> Piece {
    Piece::Text(text.into())
}

/// What stands in place of a part of the source.
pub struct Edit {
    pub range: Range<usize>,
    pub pieces: Vec<Piece>,
}

/// Returns the source with all edits. Of two edits of the same range the first is the outer one.
pub fn apply(source: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.range.start, std::cmp::Reverse(edit.range.end)));
    part(source, &edits, 0..source.len())
}

fn part(source: &str, edits: &[Edit], range: Range<usize>) -> String {
    let mut out = String::new();
    let mut at = range.start;
    for (index, edit) in edits.iter().enumerate() {
        // Also leaves out what lies inside of an edit that is already written.
        if edit.range.start < at || edit.range.end > range.end {
            continue;
        }
        out.push_str(&source[at..edit.range.start]);
        for piece in &edit.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Source(range) => out.push_str(&part(source, &edits[index + 1..], range.clone())),
            }
        }
        at = edit.range.end;
    }
    out.push_str(&source[at..range.end]);
    out
}

/// Writes `text` between comments that name the mutant, by which a compiler's error leads to it.
pub fn marked(number: usize, mut pieces: Vec<Piece>) -> Vec<Piece> {
    pieces.insert(0, text(format!("/*<{number}*/")));
    pieces.push(text(format!("/*{number}>*/")));
    pieces
}

/// Returns the innermost mutant whose text contains the byte, if any.
pub fn mutant_at(written: &str, byte: usize) -> Option<usize> {
    let mut open = Vec::new();
    let mut rest = 0;
    while let Some(found) = written[rest..byte].find("/*") {
        let comment = &written[rest + found + 2..];
        rest += found + 2;
        let Some(end) = comment.find("*/") else { break };
        let comment = &comment[..end];
        if let Some(number) = comment.strip_prefix('<').and_then(|number| number.parse::<usize>().ok()) {
            open.push(number);
        } else if comment.strip_suffix('>').and_then(|number| number.parse().ok()) == open.last().copied() {
            open.pop();
        }
        if rest > byte {
            break;
        }
    }
    open.last().copied()
}
