"""Verification methods on a file, without a database: for whoever checks a statement."""
