//! Where is it? Files, spans, line and column numbers, addresses and trails.
//!
//! Every floor above talks about places with the types of this one. A span is three numbers; the text it speaks of is
//! in the `Files` that handed out its file id.

mod address;
mod file;
mod trail;

pub use address::{Address, Key, Mode, ModulePath, ModuleStep, escape, turns};
pub use file::{Entry, File, FileId, Files, Position, Sources, Span, Unreadable, normalize};
pub use trail::{Step, Trail, What};
