"""Who relies on what an answer has: test scripts, contracts and later requests."""
