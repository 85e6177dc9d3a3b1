"""How a command ends that has lost another worker."""

EXIT_STATUS = 3


class WorkerLostError(Exception):
    """Another worker is gone, and nothing can be trained without it; the text is for the user."""
