"""`train --replay run.json`: the settings of a recorded run, read back."""

import dataclasses

from st_keras.cli.run_folder import versions
from st_keras.cli.run_record import FINISHED, read_record
from st_keras.settings.arguments import arguments_of
from st_keras.settings.setting import settings_in
from st_keras.validation import error

# Asked for anew at each run; they change no numbers.
ASKED = ("out", "resume", "resume_every", "strategy", "max_minutes", "tensorboard")


def recorded_settings(asked):
    """Return the settings of the recorded run, with what is asked for now, and the record.

    The recorded command line is not run again: each recorded setting becomes a flag that the
    parser checks as if it were typed.

    Args:
        asked: what `train --replay` was told.

    Returns:
        `(settings, record)`: as `train MODEL` has them, and a dict.

    Raises:
        ValueError: if the file cannot be read, is no run record, or is one of another command.
    """
    # Not at the top: the parser is made of all commands.
    from st_keras.cli.grammar import parse, settings_of_command

    record = read_record("--replay", asked.replay)
    told = dict(record["options"])
    command, model = told.pop("command", None), str(told.pop("model", None))
    if command != "train":
        raise error(
            "--replay",
            f"{str(asked.replay)!r}, the record of `st-keras {command}`",
            "the record of `st-keras train`",
            f"Run `st-keras {command}` again instead.",
        )
    models = settings_of_command("train", (model,))
    del models["recorded"]
    if model not in models:
        raise error(
            "--replay",
            f"a record of the model {model!r}",
            f"one of {', '.join(models)}",
            "Replay it with the version of st_keras that wrote it.",
        )
    values = {name: value for name, value in told.items() if name not in (*ASKED, "replay")}
    if told.get("max_minutes") and values.get("steps") is None:
        values["steps"] = record.get("recipe", {}).get("steps")  # planned for the minutes
    _check_names(models[model], values, asked.replay)
    arguments = ["train", model, f"--out={asked.out}", *arguments_of(models[model], values)]
    settings = parse(arguments)[1]
    return dataclasses.replace(
        settings,
        typed=asked.typed,
        out=asked.out,
        resume=asked.resume,
        fit=dataclasses.replace(settings.fit, max_minutes=asked.max_minutes),
        devices=dataclasses.replace(settings.devices, **vars(asked.devices)),
    ), record


def print_notes(record):
    """Say how the recorded run differs from one that is repeated here; none of it is refused."""
    for name, version in versions().items():
        before = record["versions"].get(name)
        if before != version:
            print(f"Note: recorded with {name} {before}, repeated with {version}.")
    if record["status"] != FINISHED:
        print(f"Note: the recorded run is {record['status']}; this one trains all its batches.")


def _check_names(cls, values, path):
    known = {each.name for _, each in settings_in(cls)}
    unknown = sorted(name for name in set(values) - known if values[name] is not None)
    if unknown:
        raise error(
            "--replay",
            f"{str(path)!r} with the options {', '.join(unknown)}",
            "options that `st-keras train` has",
            "Replay it with the version of st_keras that wrote it.",
        )
