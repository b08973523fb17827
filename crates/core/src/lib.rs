//! Apache Kafka as a deterministic model: brokers, controller, producers, consumers, and the network and
//! clock of the virtual world they live in.
//!
//! [`setup::Setup`] describes a cluster, [`cluster::Cluster`] is one, an [`action::Action`] is something that can
//! happen next, and an [`event::Event`] is something that did happen. Nothing here knows the web, a wall clock,
//! files, floats or threads; the same setup and the same actions give the same events on every platform.
//!
//! Behaviour follows Apache Kafka 4.x. Sections in comments (§4.4) are those of the project's Kafka reference;
//! `docs/model.md` lists every simplification.

#![forbid(unsafe_code)]
#![deny(clippy::float_arithmetic, clippy::disallowed_types, clippy::disallowed_methods)]

pub mod action;
pub mod broker;
mod build;
mod client;
pub mod cluster;
pub mod config;
pub mod connection;
pub mod consumer;
pub mod controller;
pub mod cow;
pub mod error;
pub mod event;
pub mod group;
pub mod hash;
pub mod ids;
mod intervention;
pub mod log;
pub mod metadata;
pub mod network;
pub mod process;
pub mod producer;
pub mod protocol;
pub mod record;
mod rng;
pub mod roster;
pub mod setup;
mod step;
pub mod time;
