"""The web console: what was saved, how sure that is, and whether the houses report."""
