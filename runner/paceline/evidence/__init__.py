"""Where answers come from that are learnt from and compared: runs, logs, cassettes, saved examples, locks of old."""
