"""The git revision of the folder that a command runs in."""

import subprocess

_SECONDS = 5.0


def git_revision(folder="."):
    """Return the commit of the working folder, and whether it differs from it.

    Args:
        folder: str or path. Default: the working folder.

    Returns:
        `{"commit": str, "dirty": bool}`, dirty None if git takes too long to say; None where there
        is no git or no commit.

    Example:

    >>> git_revision("/") is None
    True
    """
    commit = _git(folder, "rev-parse", "HEAD")
    if commit is None:
        return None
    status = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return {"commit": commit, "dirty": None if status is None else status != ""}


def _git(folder, *arguments):
    """Return what git prints, or None if it cannot say."""
    try:
        done = subprocess.run(  # noqa: S603  (fixed arguments)
            ["git", "-C", str(folder), *arguments],  # noqa: S607  (the user's own git)
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
