"""Results: tidy rows, data frames and charts."""
