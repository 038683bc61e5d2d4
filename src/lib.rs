//! `alinet` reads Terraform for Alibaba Cloud and says where traffic will not flow.
//!
//! The crate is built in floors; each uses only the floors below it.
//!
//! | floor | question |
//! | --- | --- |
//! | [`source`] | where is it? |
//! | [`diagnostic`] | what do we say? |
//! | [`syntax`] | what is written? |
//! | [`module`] | what does Terraform see? |
//! | [`facts`] | what does Alibaba Cloud allow, and what does its provider accept? |
//! | [`config`] | what does a repository ask of alinet? |
//! | [`eval`] | what is it worth? |
//! | [`plan`] | what would exist? |
//! | [`network`] | what network is that? |
//! | [`reach`] | who can talk to whom, and why? |
//! | [`rule`], `rules/` | what is wrong with it? |
//! | [`suppress`] | what did somebody decide to live with? |
//! | [`report`] | how is it shown? |
//! | [`cli`] | files, flags, exit status: the only floor that touches the world |
//!
//! [`lint`] is the whole of it as one pure function: the same sources and options give the same report, byte for byte.
//!
//! Three things hold everywhere. A value knows where it came from ([`source::Trail`]). Unknown is a value, absent is
//! another, and rules accuse only on what is known. Below `cli` broken input is normal input: a floor returns what it
//! understood and what it could not.

pub mod cli;
pub mod config;
pub mod diagnostic;
pub mod eval;
pub mod facts;
mod lint;
pub mod module;
pub mod network;
pub mod plan;
pub mod reach;
pub mod report;
pub mod rule;
#[path = "../rules/mod.rs"]
mod rules;
pub mod source;
pub mod suppress;
pub mod syntax;

pub use lint::{Named, Options, Scope, Settings, lint, lint_scope, scope, survey, whole_scope};
