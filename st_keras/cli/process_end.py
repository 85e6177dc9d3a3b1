"""How a process ended, in words."""


def ended(status):
    """Say how a process ended, by the status that `subprocess` gives.

    Example:

    >>> ended(2), ended(-9)
    ('ended with status 2', 'was ended by signal 9, as it is when memory runs out')
    """
    if status >= 0:
        return f"ended with status {status}"
    cause = ", as it is when memory runs out" if status == -9 else ""
    return f"was ended by signal {-status}{cause}"
