"""`st-keras inspect "radar/*.h5"`: what is in an archive; nothing is trained, nothing refused."""

import json
import pathlib
import sys
from dataclasses import dataclass

from st_keras.cli.command import Command, CommandSettings
from st_keras.cli.frame_data import FILE, Opening, parse_data
from st_keras.cli.run_folder import check_writable
from st_keras.settings import value_types as types
from st_keras.settings.setting import part, setting, switch
from st_keras.validation import error


@dataclass(frozen=True, kw_only=True)
class Inspect(CommandSettings):
    """Say what is in an archive of frames: grid, units, times and gaps, missing values."""

    data: str = setting(
        flag=None,
        help="frames as for train: a file, a folder, a pattern in quotation marks, or a URL",
        metavar="DATA",
    )
    out: pathlib.Path | None = setting(
        types.name(".png"), None, "new .png file of the picture (default: st_keras_inspect[-N].png)"
    )
    json: bool = switch("print JSON, no table")
    context_length: int = setting(types.whole(1), 10, "of the windows counted (default: 10)")
    horizon: int = setting(types.whole(1), 10, "of the windows counted (default: 10)")
    scheduler: str | None = setting(
        default=None,
        metavar="ADDRESS",
        help="look at values by dask: 'threads' of this machine, or the address of a scheduler, "
        "such as tcp://host:8786 (default: one block after the other)",
    )
    opening: Opening = part("reading")


def check(settings):
    """Refuse what is no archive, and a picture that is there already."""
    if parse_data(settings.data)[0] != FILE:
        raise error(
            "st-keras inspect",
            repr(settings.data),
            "frames in files: generated digits have nothing to be looked through, and a published "
            "dataset is looked through by its files",
            "Pass a file, a folder, a pattern or a URL.",
        )
    if settings.out is not None:
        if settings.out.exists():
            raise error(
                "--out",
                f"{str(settings.out)!r}, which exists",
                "a name of which there is no file yet",
                "Choose another name; nothing is overwritten.",
            )
        check_writable(settings.out)


def inspect(settings):
    """Print what is in the archive, and draw it."""
    from st_keras.cli.array_reading import codes_of, times_of
    from st_keras.datasets.archives.inspection import inspect_frames
    from st_keras.plots import archive_picture

    opening = settings.opening
    found = inspect_frames(
        settings.data,
        variable=opening.variable,
        reader=opening.reader,
        axes=opening.axes,
        missing_value=codes_of(opening),
        times=times_of(opening.times, settings.data),
        context_length=settings.context_length,
        horizon=settings.horizon,
        scheduler=settings.scheduler,
        bar=_bar if sys.stderr.isatty() else None,
        **opening.reader_options(),
    )
    out = settings.out or _free_name()
    title = pathlib.PurePath(settings.data).name
    picture = archive_picture(
        out,
        found.frame,
        found.seen,
        found.sample,
        found.largest,
        found.times,
        found.facts["units"],
        title,
    )
    if settings.json:
        findings = [
            {
                "kind": each.kind,
                "count": each.count,
                "text": each.text,
                "refused": bool(each.refusal),
            }
            for each in found.findings
        ]
        print(json.dumps({**found.facts, "findings": findings, "picture": str(picture)}, indent=2))
    else:
        print(f"{found.report()}\n\npicture: {picture}")


def _bar(blocks, count):
    from tqdm import tqdm

    return tqdm(blocks, total=count, desc="looking", unit="block")


def _free_name():
    path, number = pathlib.Path("st_keras_inspect.png"), 1
    while path.exists():
        number += 1
        path = pathlib.Path(f"st_keras_inspect-{number}.png")
    return path


COMMAND = Command(name="inspect", settings=Inspect, check=check, work=inspect)
