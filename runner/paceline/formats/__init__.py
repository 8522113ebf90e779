"""Reading and writing Postman's files: collections v3, v2.1 and v2.0, environments, globals."""
