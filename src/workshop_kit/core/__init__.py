"""The core: what a session is and how it changes. Pure: no clock, no randomness, no files, no network."""
