"""Lets `python -m workshop_kit` do what `workshop` does."""

from workshop_kit.faces.cli import main

main()
