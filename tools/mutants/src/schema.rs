//! Writes many mutants into one source text. Which of them a process runs with is decided by `crate::mutant`.

use std::collections::BTreeMap;
use std::ops::Range;

use proc_macro2::{LineColumn, Span};
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Arm, Block, Expr, ExprBinary, ExprMatch, ExprStruct, ExprUnary, Signature};

use crate::list::Mutant;
use crate::text::{Edit, Piece, marked, text};

/// A mutant and its number.
pub type Numbered<'m> = (usize, &'m Mutant);

/// Returns the edits of the mutants of one file, and the numbers of those that have a place. A mutant of a `const fn` has
/// none, because its value cannot depend on the environment.
pub fn edits(source: &str, mutants: &[Numbered<'_>]) -> syn::Result<(Vec<Edit>, Vec<usize>)> {
    let mut by_place: BTreeMap<_, Vec<Numbered<'_>>> = BTreeMap::new();
    for &(number, mutant) in mutants {
        by_place.entry((mutant.genre.clone(), mutant.start)).or_default().push((number, mutant));
    }
    let mut writer = Writer { by_place, edits: Vec::new(), placed: Vec::new() };
    writer.visit_file(&syn::parse_file(source)?);
    Ok((writer.edits, writer.placed))
}

struct Writer<'m> {
    by_place: BTreeMap<(String, (usize, usize)), Vec<Numbered<'m>>>,
    edits: Vec<Edit>,
    placed: Vec<usize>,
}

impl<'m> Writer<'m> {
    /// Takes the mutants of a kind that begin at a place.
    fn take(&mut self, genre: &str, span: Span) -> Vec<Numbered<'m>> {
        let LineColumn { line, column } = span.start();
        let taken = self.by_place.remove(&(genre.to_owned(), (line, column + 1))).unwrap_or_default();
        self.placed.extend(taken.iter().map(|(number, _)| number));
        taken
    }

    /// Puts `(if mutant { … } else { the source })` in place of an expression.
    fn choose(&mut self, range: Range<usize>, alternatives: Vec<(usize, Vec<Piece>)>) {
        if alternatives.is_empty() {
            return;
        }
        let mut pieces = vec![text("(")];
        for (number, mut alternative) in alternatives {
            alternative.insert(0, text(format!("if crate::mutant({number}) {{ ")));
            alternative.push(text(" }"));
            pieces.extend(marked(number, alternative));
            pieces.push(text(" else "));
        }
        pieces.extend([text("{ "), Piece::Source(range.clone()), text(" })")]);
        self.edits.push(Edit { range, pieces });
    }

    fn function(&mut self, signature: &Signature, block: &Block) {
        let Some(first) = block.stmts.first() else { return };
        let mutants = self.take("FnValue", first.span());
        let at = block.brace_token.span.open().byte_range().end;
        for (number, mutant) in mutants {
            // The type that `impl Trait` stands for is the first one that is returned.
            if signature.asyncness.is_none() && mutant.returns.contains("impl ") {
                self.placed.retain(|placed| *placed != number);
                continue;
            }
            let value = format!(" if crate::mutant({number}) {{ return {}; }}", mutant.replacement);
            self.edits.push(Edit { range: at..at, pieces: marked(number, vec![text(value)]) });
        }
    }

    fn arm(&mut self, arm: &Arm, scrutinee: &Expr) {
        let deleted = self.take("MatchArm", arm.span());
        let guard = arm.guard.as_ref().map(|(_, guard)| guard);
        if let Some((number, _)) = deleted.first() {
            // That a match is not exhaustive is reported where it begins.
            let range = scrutinee.span().byte_range();
            self.edits.push(Edit { range: range.clone(), pieces: marked(*number, vec![Piece::Source(range)]) });
            let end = arm.pat.span().byte_range().end;
            self.edits.push(match guard {
                None => Edit { range: end..end, pieces: vec![text(format!(" if !crate::mutant({number})"))] },
                Some(guard) => {
                    let range = guard.span().byte_range();
                    let pieces =
                        vec![text(format!("!crate::mutant({number}) && (")), Piece::Source(range.clone()), text(")")];
                    Edit { range, pieces }
                }
            });
        }
        if let Some(guard) = guard {
            let mutants = self.take("MatchArmGuard", guard.span());
            let values = mutants.iter().map(|(number, mutant)| (*number, vec![text(mutant.replacement.clone())]));
            self.choose(guard.span().byte_range(), values.collect());
        }
    }
}

impl<'ast> Visit<'ast> for Writer<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        if function.sig.constness.is_none() {
            self.function(&function.sig, &function.block);
            visit::visit_item_fn(self, function);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if function.sig.constness.is_none() {
            self.function(&function.sig, &function.block);
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(block) = &function.default {
            self.function(&function.sig, block);
        }
        visit::visit_trait_item_fn(self, function);
    }

    // Their values do not depend on the environment.
    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}
    fn visit_item_static(&mut self, _: &'ast syn::ItemStatic) {}
    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}
    fn visit_expr_const(&mut self, _: &'ast syn::ExprConst) {}

    fn visit_expr_binary(&mut self, binary: &'ast ExprBinary) {
        let range = |expression: &Expr| Piece::Source(expression.span().byte_range());
        let mutants = self.take("BinaryOperator", binary.op.span());
        let alternative = |mutant: &Mutant| {
            let (left, right) = (range(&binary.left), range(&binary.right));
            let operator = text(format!(") {} (", mutant.replacement));
            // The left side of an assignment is a place, which parentheses do not change.
            vec![text("("), left, operator, right, text(")")]
        };
        let alternatives = mutants.into_iter().map(|(number, mutant)| (number, alternative(mutant)));
        self.choose(binary.span().byte_range(), alternatives.collect());
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_unary(&mut self, unary: &'ast ExprUnary) {
        let mutants = self.take("UnaryOperator", unary.op.span());
        let operand = unary.expr.span().byte_range();
        let alternatives = mutants.iter().map(|(number, _)| (*number, vec![Piece::Source(operand.clone())]));
        self.choose(unary.span().byte_range(), alternatives.collect());
        visit::visit_expr_unary(self, unary);
    }

    fn visit_expr_match(&mut self, matched: &'ast ExprMatch) {
        matched.arms.iter().for_each(|arm| self.arm(arm, &matched.expr));
        visit::visit_expr_match(self, matched);
    }

    fn visit_expr_struct(&mut self, object: &'ast ExprStruct) {
        let range = object.span().byte_range();
        let mut alternatives = Vec::new();
        for pair in object.fields.pairs() {
            let field = pair.value().span().byte_range();
            let comma = pair.punct().map_or(field.end, |comma| comma.span().byte_range().end);
            for (number, _) in self.take("StructField", pair.value().span()) {
                let pieces = vec![Piece::Source(range.start..field.start), Piece::Source(comma..range.end)];
                alternatives.push((number, pieces));
            }
        }
        self.choose(range, alternatives);
        visit::visit_expr_struct(self, object);
    }
}
