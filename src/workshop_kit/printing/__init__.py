"""Everything on paper for a session: what hangs on the wall, what people fill in, and what is cut out."""
