"""Gradients that are made otherwise than TensorFlow would make them."""
