"""ModeRNN: the network and its presets."""
