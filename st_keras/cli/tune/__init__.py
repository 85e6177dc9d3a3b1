"""`st-keras tune`: a search with keras-tuner, each trial in a process of its own."""
