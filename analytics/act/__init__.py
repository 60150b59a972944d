"""The act over a statement: its content, its files, and what the parties did with it."""
