"""A run that is watched for drift: its answers against the lock, its walks, its privileges, and who relies on what."""
