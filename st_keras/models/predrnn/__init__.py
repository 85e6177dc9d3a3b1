"""PredRNN and PredRNN-V2: the network and its presets."""
