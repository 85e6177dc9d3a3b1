"""ConvLSTM, the baseline: the network and its presets."""
