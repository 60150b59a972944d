"""The servers that tests run against, and how they get onto a machine."""
