"""Readers of files with frames: each file that has a `READER` is a format."""
