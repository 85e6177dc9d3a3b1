"""What the replicas of one training step must know of each other."""
