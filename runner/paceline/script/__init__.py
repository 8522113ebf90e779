"""Postman's own script sandbox inside V8, driven from Python."""
