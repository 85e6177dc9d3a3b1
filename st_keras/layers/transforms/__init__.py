"""Transforms of frames that are saved inside a model: one file each."""
