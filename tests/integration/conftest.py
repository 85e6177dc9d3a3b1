"""The command line's fixtures serve here too."""

from tests.cli.conftest import frames_file, run, train_arguments, trained

__all__ = ["frames_file", "run", "train_arguments", "trained"]
