"""Pairs of frames with known factors, for training and scoring of SlowVAE."""
