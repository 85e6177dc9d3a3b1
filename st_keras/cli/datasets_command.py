"""`st-keras datasets [NAME]`: the published datasets, and what each needs."""

import json
import textwrap
from dataclasses import dataclass

from st_keras.cli.command import Command, CommandSettings
from st_keras.datasets.published.by_name import published_dataset, published_names
from st_keras.settings.setting import setting, switch
from st_keras.text_table import text_table
from st_keras.validation import InputError, check_one_of

_WIDTH = {"holds": 20, "needs": 32, "split": 24, "protocol": 24}
_LINE = 100


@dataclass(frozen=True, kw_only=True)
class Datasets(CommandSettings):
    """List the published datasets that --data NAME:PATH opens; or the card of one of them."""

    name: str | None = setting(
        default=None,
        flag=None,
        kind="optional",
        metavar="NAME",
        help="one of them: its source, licence, size, split, protocol, and the files it needs",
    )
    json: bool = switch("print JSON, no table")


def check(settings):
    """Refuse a name that none of them has."""
    if settings.name is not None:
        check_one_of("NAME", "NAME", settings.name, published_names())


def datasets(settings):
    """Print the table or the card; no file is looked for, and nothing is downloaded."""
    if settings.name is None:
        cards = [_card_or_error(name) for name in published_names()]
    else:
        cards = [published_dataset(settings.name).card()]
    if settings.json:
        print(json.dumps(cards if settings.name is None else cards[0], indent=2))
    elif settings.name is None:
        print(_table(cards))
        for card in cards:
            if "error" in card:
                print("\n" + textwrap.fill(f"{card['name']}: {card['error']}", _LINE))
        print("\nst-keras datasets NAME has more of each. Nothing is downloaded.")
    else:
        print(_card(cards[0]))


def _card_or_error(name):
    """Return a card; where the package that brings the dataset is broken, what is wrong with it."""
    try:
        return published_dataset(name).card()
    except InputError as reason:
        return {"name": name, "error": str(reason)}


def _table(cards):
    """Return a row for each dataset, wrapped."""
    broken = dict.fromkeys(_WIDTH, "") | {"holds": "not known: see below"}
    rows = [["name", *_WIDTH]]
    for card in cards:
        card = broken | card
        cells = [
            [card["name"]],
            *(textwrap.wrap(card[k], w, break_on_hyphens=False) for k, w in _WIDTH.items()),
        ]
        height = max(map(len, cells))
        padded = [cell + [""] * (height - len(cell)) for cell in cells]
        rows += [list(line) for line in zip(*padded, strict=True)] + [[""] * len(cells)]
    return text_table(rows[:-1], left=range(len(rows[0])))


def _card(card):
    height, width, channels = card["image_shape"]
    package = f"pip install 'st_keras[{card['extra']}]'" if card["extra"] else None
    facts = {
        "holds": card["holds"],
        "source": card["source"],
        "licence": card["licence"],
        "size": card["size"],
        "frames": f"{height} x {width} pixels, {channels} channel(s), {card['units']}",
        "actions": f"{card['action_size']} numbers a frame" if card["action_size"] else None,
        "split": card["split"],
        "protocol": card["protocol"],
        "needs": card["needs"],
        "package": package,
        "use": f"--data {card['name']}:PATH --context-length {card['context_length']} "
        f"--horizon {card['horizon']}",
        "Python": f"st_keras.datasets.published_dataset({card['name']!r}).open(PATH, split="
        f"{card['splits'][-1]!r})",
    }
    indent = 2 + max(map(len, facts)) + 2
    lines = [card["title"]]
    for name, text in facts.items():
        if text:
            lines += textwrap.wrap(
                text,
                _LINE,
                initial_indent=f"  {name}".ljust(indent),
                subsequent_indent=" " * indent,
                break_long_words=False,
                break_on_hyphens=False,
            )
    return "\n".join(lines)


COMMAND = Command(
    name="datasets",
    settings=Datasets,
    check=check,
    work=datasets,
    needs_keras=False,
    hears_signals=True,  # it prints, and has nothing to save
)
