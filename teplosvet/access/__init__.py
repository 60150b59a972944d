"""Who may do and see what: people, roles, sessions, tokens, and the log of what they changed."""
