"""The version of the kit."""

__version__ = "0.1.0"
__released__ = "2026-11-24"
"""The day of the release (ISO 8601); a clock that shows an earlier one is wrong."""
