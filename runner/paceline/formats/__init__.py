"""Reading and writing Postman's files: collections v2.1 and v2.0, environments, globals."""
