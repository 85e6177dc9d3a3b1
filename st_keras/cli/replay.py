"""`train --replay run.json`: the options of a recorded run, read back."""

import argparse

from st_keras.cli.run_folder import versions
from st_keras.cli.run_record import FINISHED, read_record
from st_keras.training.strategies import worker_index
from st_keras.validation import error

# Asked for anew at each run; they change no numbers.
ASKED = ("out", "resume", "resume_every", "strategy", "max_minutes", "tensorboard")


def recorded_options(options):
    """Return the options of the recorded run, with what was asked for now.

    The recorded command line is not run again: each recorded option becomes a flag that the
    parser checks as if it were typed. Differing versions are printed, and no refusal.

    Args:
        options: the parsed command line of `train --replay`.

    Returns:
        `argparse.Namespace` as `train MODEL` has it, and `recorded`, the record.

    Raises:
        ValueError: if the file cannot be read, is no run record, or is one of another command.
    """
    record = read_record("--replay", options.replay)
    command = record["options"].get("command")
    if command != "train":
        raise error(
            "--replay",
            f"{str(options.replay)!r}, the record of `st-keras {command}`",
            "the record of `st-keras train`",
            f"Run `st-keras {command}` again instead.",
        )
    # Not at the top: the parser imports what runs commands.
    from st_keras.cli.parser import build_parser

    parser = build_parser()
    model = str(record["options"].get("model"))
    arguments = [
        "train",
        model,
        f"--out={options.out}",
        *_flags(_subparser(parser, model), record["options"], options.replay),
    ]
    replayed = parser.parse_args(arguments)
    for name in ASKED:
        setattr(replayed, name, getattr(options, name))
    replayed.arguments = getattr(options, "arguments", [])
    replayed.replay, replayed.recorded = options.replay, record
    if worker_index() == 0:
        _print_notes(record)
    return replayed


def _subparser(parser, model):
    """Return the parser of `train MODEL`; of no model if there is none of that name."""
    for name in ("train", model):
        choices = next(
            action.choices
            for action in parser._actions
            if isinstance(action, argparse._SubParsersAction)
        )
        if name not in choices or name == "recorded":
            raise error(
                "--replay",
                f"a record of the model {model!r}",
                f"one of {', '.join(name for name in choices if name != 'recorded')}",
                "Replay it with the version of st_keras that wrote it.",
            )
        parser = choices[name]
    return parser


def _flags(parser, recorded, path):
    """Return the flags that say what is recorded."""
    flags, known = [], {"command", "model", "replay", *ASKED}
    for action in parser._actions:
        known.add(action.dest)
        value = recorded.get(action.dest)
        if action.dest in ASKED or value is None:
            continue
        if isinstance(action, argparse.BooleanOptionalAction):
            flags.append(action.option_strings[0 if value else 1])
        elif action.nargs == 0:  # a switch
            flags += [action.option_strings[0]] if value else []
        elif action.option_strings:
            text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
            flags.append(f"{action.option_strings[0]}={text}")
    unknown = sorted(name for name in set(recorded) - known if recorded[name] is not None)
    if unknown:
        raise error(
            "--replay",
            f"{str(path)!r} with the options {', '.join(unknown)}",
            "options that `st-keras train` has",
            "Replay it with the version of st_keras that wrote it.",
        )
    return flags


def _print_notes(record):
    here = versions()
    for name, version in here.items():
        before = record["versions"].get(name)
        if before != version:
            print(f"Note: recorded with {name} {before}, repeated with {version}.")
    if record["status"] != FINISHED:
        print(f"Note: the recorded run is {record['status']}; this one trains all its batches.")
