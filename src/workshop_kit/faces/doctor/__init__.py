"""The room check before doors open: what `workshop doctor` looks at, and what it says of it."""
