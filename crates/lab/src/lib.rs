//! What surrounds a simulated cluster: a timeline to move through and branch, the ledger that judges every record from
//! outside, lessons and their script, stories in plain words, and links that carry all of it.
//!
//! A [`Timeline`](timeline::Timeline) plays a [`Scenario`](scenario::Scenario). No web, no clock, no files.

#![forbid(unsafe_code)]

pub mod cause;
pub mod command;
pub mod condition;
mod director;
pub mod duration;
pub mod error;
pub mod hash;
pub mod judge;
pub mod ledger;
pub mod lessons;
mod packed;
pub mod predicate;
pub mod properties;
pub mod question;
pub mod run;
pub mod scenario;
pub mod share;
pub mod story;
pub mod text;
pub mod timeline;
pub mod trace;
mod words;
