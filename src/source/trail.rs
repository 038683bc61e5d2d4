//! Trails: the places that a value came through, back to the literals it is made of.

use std::sync::Arc;

use super::Span;

/// A shared graph whose leaves are literals. Cloning one costs at most a reference count.
#[derive(Clone, Debug, Default)]
pub enum Trail {
    /// Made by alinet itself: nobody wrote it.
    #[default]
    None,
    Leaf(Span),
    Step(Arc<Step>),
}

#[derive(Debug)]
pub struct Step {
    pub at: Span,
    pub what: What,
    pub from: Vec<Trail>,
}

/// What a value went through at one place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum What {
    Variable(Arc<str>),
    ModuleArgument(Arc<str>),
    Local(Arc<str>),
    Output(Arc<str>),
    Attribute(Arc<str>),
    Each,
    Function(Arc<str>),
    Expression,
}

impl Trail {
    pub fn step(at: Span, what: What, from: impl IntoIterator<Item = Trail>) -> Trail {
        Trail::Step(Arc::new(Step { at, what, from: from.into_iter().collect() }))
    }

    /// The place to show for the value: its literal when it comes from one, else the innermost expression that combines
    /// several.
    pub fn place(&self) -> Option<Span> {
        let mut trail = self;
        let mut last = None;
        loop {
            match trail {
                Trail::None => return last,
                Trail::Leaf(span) => return Some(*span),
                Trail::Step(step) => {
                    last = Some(step.at);
                    let mut origins = step.from.iter().filter(|from| !matches!(from, Trail::None));
                    let Some(first) = origins.next() else { return last };
                    if origins.next().is_some() {
                        let leaves = trail.leaves(2);
                        return Some(if leaves.len() == 1 { leaves[0] } else { step.at });
                    }
                    trail = first;
                }
            }
        }
    }

    /// The distinct literals of the value, at most `limit`, in order of their first appearance.
    pub fn leaves(&self, limit: usize) -> Vec<Span> {
        let mut found = Vec::new();
        let mut open = vec![self];
        let mut seen = std::collections::HashSet::new();
        while let Some(trail) = open.pop() {
            if found.len() >= limit {
                break;
            }
            match trail {
                Trail::None => {}
                Trail::Leaf(span) => {
                    if !found.contains(span) {
                        found.push(*span);
                    }
                }
                Trail::Step(step) => {
                    if seen.insert(Arc::as_ptr(step)) {
                        open.extend(step.from.iter().rev());
                    }
                }
            }
        }
        found
    }

    /// The chain from the value back to its literal, as far as it is one chain.
    pub fn steps(&self) -> Vec<Arc<Step>> {
        let mut steps = Vec::new();
        let mut trail = self;
        while let Trail::Step(step) = trail {
            steps.push(step.clone());
            match step.from.as_slice() {
                [only] => trail = only,
                _ => break,
            }
        }
        steps
    }
}
