"""The installer's console: a page for a phone that works in a basement without signal."""
