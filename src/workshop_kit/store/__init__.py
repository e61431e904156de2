"""Stores keep the events of a session. `base` is the port; the other modules are its backends and the codec."""
