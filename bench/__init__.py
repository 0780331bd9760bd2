"""Measurements, not tests: `make bench` prints them side by side with what they compare to."""
