"""The command line `st-keras`: the only place where datasets meet training."""
