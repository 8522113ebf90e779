"""Asks the requests of a suite without a session, and with one whose time is over, and tells what is not refused."""
