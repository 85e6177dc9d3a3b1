"""Settings as dataclasses, from which flags, help, files and records follow; no Keras is needed."""
