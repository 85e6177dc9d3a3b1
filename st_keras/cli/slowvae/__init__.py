"""The parts of the command line that train and score SlowVAE."""
