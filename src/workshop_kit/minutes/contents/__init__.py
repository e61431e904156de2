"""What the sections of the minutes say: each module a few functions from `Material` to a section, or to none."""
