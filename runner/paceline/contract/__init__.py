"""Holds requests and answers against contracts, JSON Schemas and the GraphQL schema, without any script."""
