"""Random numbers that belong to a sample and a batch, wherever the sample is computed."""
