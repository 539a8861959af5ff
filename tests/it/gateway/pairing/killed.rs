//! A process that dies between any two operations on the disk.
