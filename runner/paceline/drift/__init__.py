"""What answers have looked like so far, and in what a new one differs."""
