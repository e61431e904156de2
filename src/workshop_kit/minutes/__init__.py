"""The minutes: sections from the log, collected from the executed notebook, written in every format."""
