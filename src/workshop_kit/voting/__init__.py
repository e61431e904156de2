"""Counting votes: ballots and profiles, the rules that turn them into a tally, ties, and intervals. All pure."""
