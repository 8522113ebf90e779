"""The HTML report: one file that a browser opens without any other, made from the events of a run."""
