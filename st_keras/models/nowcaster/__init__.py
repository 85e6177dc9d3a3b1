"""Nowcaster: rain moved along its motion, and the probabilities of what becomes of it."""
