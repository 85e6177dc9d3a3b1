"""Several modes of motion: scores by mode, pictures of slots, and the study of mode collapse."""
