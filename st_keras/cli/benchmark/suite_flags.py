"""Flags in the file of a suite, checked by the commands that take them."""

import dataclasses
import re

from st_keras.cli.grammar import checked, settings_of_command
from st_keras.settings.arguments import arguments_of, file_values
from st_keras.validation import InputError, error

# What the suite says itself, for every run anew.
RESERVED = {
    "train": {"out": "out", "resume": None, "replay": None, "data": "datasets", "seed": "seeds"},
    "evaluate": {"out": "out", "beside": "models"},
}
_FLAG = re.compile(r"(?:received an unusable command line: )?(?:argument )?(--[a-z0-9-]+)")
_KINDS = {"slowvae": "SlowVAE", "nowcast": "Nowcaster"}


@dataclasses.dataclass(frozen=True)
class Layers:
    """Mappings of flags to values that lie over each other: of two that name a flag the last wins.

    Attributes:
        path: of the file.
        parts: tuple of `(key, mapping)`: where in the file it stands, and what it says.
    """

    path: object
    parts: tuple = ()

    def over(self, *parts):
        """Return the layers of these parts; what is None says nothing."""
        said = tuple((key, content) for key, content in parts if content is not None)
        return Layers(self.path, said)

    def values(self, command, cls):
        """Return `(values, keys)`: {name of setting: value}, and {flag: key in the file}."""
        values, keys = {}, {}
        for key, content in self.parts:
            where = f"{self.path}: {key}"
            for flag in content if isinstance(content, dict) else ():
                self._refuse_reserved(command, flag, where)
            found = file_values(cls, content, where, f"the flags of st-keras {command}")
            values |= found
            keys |= {"--" + name.replace("_", "-"): key for name in found}
        return values, keys

    def _refuse_reserved(self, command, flag, where):
        if flag in RESERVED[command]:
            instead = RESERVED[command][flag]
            raise error(
                where,
                f"the flag {flag!r}",
                "flags of one run, beside what the suite says itself",
                "Leave it out"
                + (
                    f": `{instead}` of the suite says it." if instead else ": the suite sees to it."
                ),
            )

    def parsed(self, arguments, keys, otherwise):
        """Return the settings of a command line; a refusal names the key in the file.

        Args:
            arguments: list of str.
            keys: dict, flag -> key in the file.
            otherwise: str, the key where a refusal names none of these flags.
        """
        try:
            return checked(arguments)[1]
        except InputError as reason:
            text = str(reason).removeprefix("argument ")
            flag = _FLAG.match(text)
            key = keys.get(flag[1]) if flag else None
            where = f"{key}.{flag[1].removeprefix('--')}" if key else otherwise
            raise InputError(f"{self.path}: {where}: {text}") from reason


def train_line(layers, family, data, seed, model, dataset):
    """Return what `train` is told in a run, and the same parsed.

    Args:
        layers: `Layers`.
        family, data: str, as `train` takes them.
        seed: int.
        model, dataset: str, names in the suite, for refusals.

    Returns:
        `(words, settings)`: tuple of str without paths, beginning with the family; a dataclass.
    """
    families = settings_of_command("train", (family,))
    families = {name: cls for name, cls in families.items() if name != "recorded"}
    if family not in families:
        raise error(
            f"{layers.path}: models.{model}.family",
            repr(family),
            f"one of {', '.join(families)}",
            "Correct the name, or install the package that brings the family.",
        )
    cls = families[family]
    values, keys = layers.values("train", cls)
    values |= {"data": data, "seed": seed}
    keys |= {"--data": f"datasets.{dataset}"}
    words = (family, *arguments_of(cls, values))
    whole = ["train", *words, "--out=run", "--resume"]
    return words, layers.parsed(whole, keys, f"models.{model} with datasets.{dataset}")


def evaluate_line(layers, family):
    """Return what `evaluate` is told in a run: tuple of str without paths.

    Args:
        layers: `Layers`.
        family: str, of the model that is scored.
    """
    from st_keras.cli.evaluate_command import Evaluate, check_flags_of

    values, keys = layers.values("evaluate", Evaluate)
    words = tuple(arguments_of(Evaluate, values))
    whole = ["evaluate", "model.keras", *words, "--out=scores"]
    settings = layers.parsed(whole, keys, "evaluate")
    try:
        check_flags_of(_KINDS.get(family, "Forecaster"), settings)
    except InputError as reason:
        raise InputError(f"{layers.path}: {' and '.join(dict(layers.parts))}: {reason}") from reason
    return words
