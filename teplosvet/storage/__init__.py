"""The database: migrations, views and named queries in .sql files, and the little Python that runs them."""
