"""Parts of `st-keras evaluate`."""
