"""How fast paceline is, as ratios measured in one run: `make bench`."""
