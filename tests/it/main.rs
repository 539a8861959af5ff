//! The integration tests.

mod architecture;
mod case_file;
mod cli;
mod config;
mod contract;
mod diagnosis;
mod dialects;
mod docs;
mod faults;
mod foreign;
mod healthy;
mod http;
mod outside;
mod planted;
mod player;
mod recordings;
mod reports;
mod scenarios;
mod scripts;
mod source;
mod sse;
mod tidy;
mod turn;
mod witness;
mod worlds;
