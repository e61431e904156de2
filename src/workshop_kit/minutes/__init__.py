"""The minutes: sections from the log, collected from the executed notebook, written in every format."""

IN_THE_MAKING = "WORKSHOP_WRITING_MINUTES"
"""The variable that is set for the kernel that executes the minutes, where nobody is there to press a button."""
