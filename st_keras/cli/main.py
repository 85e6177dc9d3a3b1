"""`st-keras`: parse the command line and run one command."""

import importlib
import sys

from st_keras.cli.parser import build_parser
from st_keras.validation import InputError


def main(arguments=None):
    """Run the command line.

    Args:
        arguments: list of str. Default: those of the process.

    Returns:
        int, the exit status: 0 done; 2 refused, and the message on standard error says what came,
        what is required and what to do; 130 interrupted.
    """
    options = build_parser().parse_args(arguments)
    command = importlib.import_module(f"st_keras.cli.{options.command}_command")
    try:
        command.run(options)
    except InputError as refusal:
        print(f"st-keras {options.command}: {refusal}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"st-keras {options.command}: interrupted", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
