"""`st-keras doctor`: what this machine has and computes well, and which batch fits into it."""
