"""Sending: live over `requests`, with our own redirect rules and cookie jar."""
