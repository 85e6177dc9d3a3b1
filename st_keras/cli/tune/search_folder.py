"""The folder of a search: new, or that of the same search, to go on with."""

from st_keras.cli.data_fingerprint import check_same_data
from st_keras.cli.found_run import differences, resumes
from st_keras.cli.run_folder import RunFolder
from st_keras.cli.run_record import add_to, new_record, read_record
from st_keras.cli.tune_command import RECORD
from st_keras.cli.worker_group import WorkerGroup
from st_keras.validation import error

# What may differ when a search goes on: more trials make it longer.
_MAY_DIFFER = ("trials", "workers")


def open_search_folder(settings, source):
    """Return the folder of a search and its record.

    Args:
        settings: what `tune` was told.
        source: its data.

    Returns:
        `(RunFolder, dict)`; both are written.

    Raises:
        ValueError: if something is there already and `--resume` is not given, or what is there is a
            search of other settings or data.
    """
    record = new_record(settings, WorkerGroup(), source, {})
    if resumes(settings, RECORD, "search"):
        before = read_record("--resume", settings.out / RECORD)
        _check_same_search(settings, before)
        check_same_data(before["data_fingerprint"], record["data_fingerprint"], settings.data)
        add_to(before, record, 0)
    folder = RunFolder.going_on(settings.out).create()
    folder.write_json("record", RECORD, record)
    return folder, record


def _check_same_search(settings, before):
    other = differences(before, settings, _MAY_DIFFER)
    if other:
        raise error(
            "--resume",
            f"{str(settings.out)!r}, which holds a search of other settings: {other}",
            "the settings of that search; --trials and --workers may differ",
            "Repeat them, or choose another --out for another search.",
        )
