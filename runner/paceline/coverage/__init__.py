"""What a suite covers: of its requests, of their contracts, of what the service is known to answer."""
