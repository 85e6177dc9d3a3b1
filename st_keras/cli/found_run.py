"""What lies in the folder of a run: nothing, a run to go on with, or a finished one."""

from st_keras.cli.run_folder import RunFolder
from st_keras.cli.run_record import FILE, FINISHED, read_record, settings_of_run
from st_keras.files.whole_file import leftovers
from st_keras.validation import error

NEW, GOES_ON, IS_FINISHED = range(3)


def find_run(settings):
    """Say what lies in the folder of a `train`: `NEW`, `GOES_ON` or `IS_FINISHED`.

    Args:
        settings: what `train` was told, with `out` and `resume`.

    Raises:
        ValueError: if something is there already and `--resume` is not given, or what is there is
            no run of these settings.
    """
    if not resumes(settings, FILE, "run"):
        return NEW
    record = read_record("--resume", settings.out / FILE)
    if record["status"] != FINISHED:
        return GOES_ON
    # A finished run answers only for the settings it was trained with.
    other = differences(record, settings)
    if other:
        raise error(
            "--resume",
            f"{str(settings.out)!r}, where a run of other settings is finished: {other}",
            "the settings of that run",
            "Choose another --out for another run.",
        )
    return IS_FINISHED


def resumes(settings, name, what):
    """Return whether there is a record to go on from; else refuse a folder that is taken.

    Args:
        settings: have `out` and `resume`.
        name: str, of the file of the record.
        what: str, of what: "run" or "search".
    """
    file = settings.out / name
    if not settings.resume:
        goes_on = f"--resume goes on with the {what} in it." if file.is_file() else ""
        RunFolder(settings.out, goes_on)
    elif not file.is_file():
        _drop_unfinished(file)
        RunFolder(settings.out, f"There is no {name} in it to go on from.")
    else:
        return True
    return False


def differences(record, settings, but=()):
    """Return how settings differ from those of a record, as text; empty if they are the same.

    Args:
        record: dict.
        settings: what the command was told.
        but: names of settings that may differ.
    """
    known = record["options"]
    asked = {"data": settings.data, **settings_of_run(settings)}
    return "; ".join(
        f"{name} {known.get(name)}, now {value}"
        for name, value in asked.items()
        if name not in but and known.get(name) != value
    )


def _drop_unfinished(file):
    """A kill may have left the record half-written; then nothing was done yet."""
    halves = leftovers(file)
    if halves and sorted(file.parent.iterdir()) == sorted(halves):
        for half in halves:
            half.unlink()
