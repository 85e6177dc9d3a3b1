"""Windows of frames: in their places in time, with what is missing, cut, split, drawn, changed."""
