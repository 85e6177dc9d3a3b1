"""Sequences from several labelled regimes of motion (modes), the label kept for evaluation."""
