"""What every part of /api/v1 shares: problems, lists and their export, tags, repeated requests, the document."""
