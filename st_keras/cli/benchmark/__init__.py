"""`st-keras benchmark`: models x datasets x seeds, each run in a process of its own."""
