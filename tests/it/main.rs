//! The integration tests.

mod architecture;
mod case_file;
#[path = "../../src/chance.rs"]
mod chance;
mod cli;
mod config;
mod contract;
mod diagnosis;
mod desk;
mod dialects;
mod docs;
mod event_stream;
mod faults;
mod foreign;
mod framings;
mod gateway;
mod healthy;
mod http;
mod matrix;
mod outside;
mod planted;
mod player;
mod races;
mod race_report;
mod recordings;
mod reference;
mod reports;
mod scenarios;
mod scripts;
mod source;
mod sdks;
mod sse;
mod tidy;
mod turn;
mod witness;
mod worlds;
