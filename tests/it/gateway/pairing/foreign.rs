//! Another process that reads OpenClaw's files, changes them and writes them back, without a lock.
