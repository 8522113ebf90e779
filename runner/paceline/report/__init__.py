"""Listeners of a run: the terminal, JSON, JUnit. Nothing leaves here unmasked."""
