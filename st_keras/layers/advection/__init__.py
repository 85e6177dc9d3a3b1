"""Rain along its motion: computed, without weights."""
