"""Pages on which people sign in, keep their account, and keep those of others."""
