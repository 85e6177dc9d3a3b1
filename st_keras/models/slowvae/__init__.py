"""SlowVAE: encoder, decoder, objective and the model."""
