"""`st-keras`: parse the command line and run one command."""

import importlib
import sys

from st_keras.cli.parser import build_parser
from st_keras.cli.start_up import set_level, start_keras
from st_keras.cli.worker_lost_error import EXIT_STATUS, WorkerLostError
from st_keras.validation import InputError

WITHOUT_KERAS = ("launch",)  # it only starts others
_HEAR_SIGNALS = ("launch", "serve")  # by themselves
_INTERRUPTED = 130  # as shells say it of Ctrl-C


def main(arguments=None):
    """Run the command line.

    Args:
        arguments: list of str. Default: those of the process.

    Returns:
        int, the exit status: 0 done; 2 refused, and the message on standard error says what came,
        what is required and what to do; 3 another worker was lost, `--resume` goes on; 130
        interrupted; 143 ended by SIGTERM, which is heard as Ctrl-C is: what `train` has learned is
        kept, and `--resume` goes on. `launch` returns that of the first worker that failed, 2
        before 3.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    options = build_parser().parse_args(arguments)
    options.arguments = arguments  # for the records of what was run
    set_level(vars(options).pop("verbose", False))  # it changes no numbers: no record has it
    if options.command not in WITHOUT_KERAS:
        start_keras()
    module = options.command.replace("-", "_")
    command = importlib.import_module(f"st_keras.cli.{module}_command")
    if options.command in _HEAR_SIGNALS:
        return _run(command, options)
    # Not at the top: help and refusals of the parser need none of it.
    from st_keras.training.resume.termination import STATUS, terminations_heard

    with terminations_heard() as termination:
        status = _run(command, options)
        return STATUS if status == _INTERRUPTED and termination.received else status


def _run(command, options):
    try:
        status = command.run(options)
    except InputError as refusal:
        print(f"st-keras {options.command}: {refusal}", file=sys.stderr)
        return 2
    except WorkerLostError as loss:
        print(f"st-keras {options.command}: {loss}", file=sys.stderr)
        return EXIT_STATUS
    except KeyboardInterrupt:
        print(f"st-keras {options.command}: interrupted", file=sys.stderr)
        return _INTERRUPTED
    return status or 0


if __name__ == "__main__":
    sys.exit(main())
