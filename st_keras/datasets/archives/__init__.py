"""Archives of frames: opened, joined, looked through; nothing is read before it is asked for."""
