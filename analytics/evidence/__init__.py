"""What a statement rests on: gathered from the database, kept in a bundle, recomputed by anyone without either."""
