"""Mutants of recorded answers: what of an API could change without any check of a suite noticing it."""
