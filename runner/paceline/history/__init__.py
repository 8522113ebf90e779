"""What earlier runs came to, in one SQLite file: times, findings, names of fields. No value of any answer is kept."""
