"""`st-keras`: parse the command line and run one command."""

import sys

from st_keras.cli.grammar import parse
from st_keras.cli.start_up import set_level, start_keras
from st_keras.cli.worker_lost_error import EXIT_STATUS, WorkerLostError
from st_keras.validation import InputError

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
    command, settings, verbose = parse(sys.argv[1:] if arguments is None else list(arguments))
    set_level(verbose)
    status = _answered(command, command.check, settings)
    if status:
        return status
    if command.needs_keras:
        start_keras()
    if command.hears_signals:
        return _answered(command, command.work, settings)
    # Not at the top: help and refusals need none of it.
    from st_keras.training.resume.termination import STATUS, terminations_heard

    with terminations_heard() as termination:
        status = _answered(command, command.work, settings)
        return STATUS if status == _INTERRUPTED and termination.received else status


def _answered(command, function, settings):
    """Return the exit status of a function of the settings; its refusal is printed."""
    try:
        return function(settings) or 0
    except InputError as refusal:
        print(f"st-keras {command.name}: {refusal}", file=sys.stderr)
        return 2
    except WorkerLostError as loss:
        print(f"st-keras {command.name}: {loss}", file=sys.stderr)
        return EXIT_STATUS
    except KeyboardInterrupt:
        print(f"st-keras {command.name}: interrupted", file=sys.stderr)
        return _INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
