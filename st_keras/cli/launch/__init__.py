"""Several workers as processes of this machine."""
