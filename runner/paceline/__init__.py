"""paceline: run Postman collections, scripts and all, from Python."""

__version__ = "0.1.0"
