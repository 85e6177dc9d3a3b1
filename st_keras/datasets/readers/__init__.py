"""Readers of files with frames, a file for each format."""
