"""The folder of a search: new, or that of the same search, to go on with."""

from st_keras.cli.data_fingerprint import check_same_data
from st_keras.cli.run_folder import RunFolder
from st_keras.cli.run_record import add_to, new_record, read_record, settings_of_run
from st_keras.cli.team import Team
from st_keras.cli.tune.search_results import RECORD
from st_keras.files.whole_file import leftovers
from st_keras.validation import error

# What may differ when a search goes on: more trials make it longer.
_MAY_DIFFER = ("trials", "workers")


def open_search_folder(options, source):
    """Return the folder of a search and its record.

    Args:
        options: the parsed command line of `tune`.
        source: its data.

    Returns:
        `(RunFolder, dict)`; both are written.

    Raises:
        ValueError: if something is there already and `--resume` is not given, or what is there is a
            search of other settings or data.
    """
    file = options.out / RECORD
    record = new_record(options, Team(), source, {})
    if not options.resume or not file.is_file():
        advice = "--resume goes on with the search in it." if file.is_file() else ""
        if options.resume:
            _drop_unfinished_record(options.out)
            advice = f"There is no {RECORD} in it to go on from."
        folder = RunFolder(options.out, advice).create()
    else:
        before = read_record("--resume", file)
        _check_same_search(options, before)
        check_same_data(before["data_fingerprint"], record["data_fingerprint"], options.data)
        folder = RunFolder.going_on(options.out)
        add_to(before, record, 0)
    folder.write_json("record", RECORD, record)
    return folder, record


def _drop_unfinished_record(folder):
    """A kill may have left the record half-written; then no trial was begun."""
    halves = leftovers(folder / RECORD)
    if halves and sorted(folder.iterdir()) == sorted(halves):
        for half in halves:
            half.unlink()


def _check_same_search(options, before):
    known = before["options"]
    asked = {"data": options.data, **settings_of_run(options)}
    other = [
        f"{name} {known.get(name)}, now {value}"
        for name, value in asked.items()
        if name not in _MAY_DIFFER and known.get(name) != value
    ]
    if other:
        raise error(
            "--resume",
            f"{str(options.out)!r}, which holds a search of other settings: {'; '.join(other)}",
            "the settings of that search; --trials and --workers may differ",
            "Repeat them, or choose another --out for another search.",
        )
