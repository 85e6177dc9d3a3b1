"""A suite: what its YAML file says, as runs with the command lines that carry them out."""

import dataclasses
import hashlib
import pathlib
import re

from st_keras.cli.benchmark.suite_flags import Layers, evaluate_line, train_line
from st_keras.cli.run_settings import LARGEST_SEED
from st_keras.files.yaml_file import read_yaml
from st_keras.validation import error

KEYS = ("title", "out", "seeds", "train", "evaluate", "models", "datasets")
FAMILY, DATASETS, EVALUATE, DATA = "family", "datasets", "evaluate", "data"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclasses.dataclass(frozen=True)
class Run:
    """One run of a suite: a model, a dataset and a seed.

    Attributes:
        model, dataset: str, their names in the suite.
        seed: int.
        folder: pathlib.Path of what it writes.
        train, evaluate: tuples of str, what the two commands are told, but for paths that follow
            from `folder`: what makes two runs the same.
        settings: what `train` is told, parsed.
    """

    model: str
    dataset: str
    seed: int
    folder: pathlib.Path
    train: tuple
    evaluate: tuple
    settings: object = dataclasses.field(compare=False, repr=False, default=None)

    @property
    def training(self):
        """pathlib.Path of the folder of its training."""
        return self.folder / "training"

    @property
    def evaluation(self):
        """pathlib.Path of the folder of its scores."""
        return self.folder / "evaluation"

    @property
    def name(self):
        """str, for people."""
        return f"{self.model}, {self.dataset}, seed {self.seed}"

    def commands(self):
        """Return the two command lines, tuples of str without `st-keras`."""
        return (
            ("train", *self.train, f"--out={self.training}", "--resume"),
            (
                "evaluate",
                str(self.training / "model.keras"),
                *self.evaluate,
                f"--out={self.evaluation}",
            ),
        )


@dataclasses.dataclass(frozen=True)
class Suite:
    """What a file says.

    Attributes:
        path: pathlib.Path of the file.
        title: str.
        out: pathlib.Path of the folder of the suite.
        runs: tuple of `Run`, by model, dataset and seed; their places are their numbers.
    """

    path: pathlib.Path
    title: str
    out: pathlib.Path
    runs: tuple

    @property
    def fingerprint(self):
        """str, of the names of the runs in their order: what their numbers mean."""
        names = "\n".join(run.name for run in self.runs)
        return hashlib.sha256(names.encode()).hexdigest()[:16]

    def pairs(self, runs=None):
        """Return the first of the runs of each model and dataset."""
        first = {}
        for run in self.runs if runs is None else runs:
            first.setdefault((run.model, run.dataset), run)
        return list(first.values())


def read_suite(path, out=None):
    """Read and check the file of a suite; everything that needs no data is refused here.

    Args:
        path: str or path of a YAML file.
        out: path of the folder, in place of what the file says. Default None: as it says, else the
            name of the file without its ending.

    Returns:
        `Suite`.

    Raises:
        ValueError: for what cannot be read, unknown keys and flags, wrong values; the message names
            the key in the file.
    """
    path = pathlib.Path(path)
    content = read_yaml("SUITE.yaml", path)
    told = _mapping(path, "", content, KEYS)
    models = _named(path, told, "models")
    datasets = _named(path, told, DATASETS)
    seeds = _seeds(path, told.get("seeds", [0]))
    layers = Layers(path)
    out = pathlib.Path(out or _text(path, "out", told.get("out")) or path.with_suffix("").name)
    runs = []
    for model, of_model in models.items():
        family = _text(path, f"models.{model}.{FAMILY}", of_model.get(FAMILY), needed=True)
        for dataset in _datasets_of(path, model, of_model, datasets):
            of_data = datasets[dataset]
            data = _text(path, f"datasets.{dataset}.{DATA}", of_data.get(DATA), needed=True)
            train = layers.over(
                ("train", told.get("train")),
                (f"datasets.{dataset}", _without(of_data, DATA, EVALUATE)),
                (f"models.{model}", _without(of_model, FAMILY, DATASETS, EVALUATE)),
            )
            evaluate = layers.over(
                (f"datasets.{dataset}", {DATA: data}),
                ("evaluate", told.get("evaluate")),
                (f"datasets.{dataset}.{EVALUATE}", of_data.get(EVALUATE)),
                (f"models.{model}.{EVALUATE}", of_model.get(EVALUATE)),
            )
            words, settings = train_line(train, family, data, seeds[0], model, dataset)
            scored = evaluate_line(evaluate, family)
            for seed in seeds:
                folder = out / "runs" / model / dataset / f"seed-{seed}"
                own = tuple(f"--seed={seed}" if w.startswith("--seed=") else w for w in words)
                run = Run(model, dataset, seed, folder, own, scored)
                runs.append(dataclasses.replace(run, settings=_at(settings, run)))
    title = _text(path, "title", told.get("title")) or path.stem
    return Suite(path, title, out, tuple(runs))


def refusal(path, key, received, required, action):
    """Return the error for a key of the file of a suite."""
    return error(f"{path}{key and ': '}{key}", received, required, action)


def _at(settings, run):
    """Return parsed settings of `train` as those of this run."""
    fit = dataclasses.replace(settings.fit, seed=run.seed)
    return dataclasses.replace(settings, out=run.training, resume=True, fit=fit)


def _mapping(path, key, content, known=None):
    if not isinstance(content, dict) or not content:
        raise refusal(
            path,
            key,
            "nothing" if not content else f"a {type(content).__name__}",
            "lines `NAME: ...`" if known is None else f"lines `KEY: ...`, of {', '.join(known)}",
            "Write for example models: {small: {family: convlstm}}.",
        )
    for name in content:
        if known is not None and name not in known:
            raise refusal(
                path, key, f"the key {name!r}", f"keys among {', '.join(known)}", "Correct it."
            )
    return content


def _named(path, told, key):
    """Return {name: mapping} of models or datasets, whose names become folders."""
    for name, content in _mapping(path, key, told.get(key)).items():
        if not _NAME.fullmatch(str(name)):
            raise refusal(
                path,
                key,
                f"the name {name!r}",
                "letters, digits, _, - and ., of which folders are made",
                "Choose another name.",
            )
        _mapping(path, f"{key}.{name}", content)
    names = [str(name) for name in told[key]]
    # Some file systems take them for the same.
    if len({name.lower() for name in names}) < len(names):
        raise refusal(path, key, "names that differ in case alone", "other names", "Rename one.")
    return {str(name): content for name, content in told[key].items()}


def _seeds(path, seeds):
    fits = isinstance(seeds, list) and seeds
    whole = fits and all(type(seed) is int and 0 <= seed <= LARGEST_SEED for seed in seeds)
    if not whole or len(set(seeds)) < len(seeds):
        raise refusal(
            path,
            "seeds",
            repr(seeds),
            f"a list of different whole numbers from 0 to {LARGEST_SEED}",
            "Write for example seeds: [0, 1, 2].",
        )
    return seeds


def _datasets_of(path, model, of_model, datasets):
    """Return the names of the datasets of a model: all, where it does not say."""
    names = of_model.get(DATASETS, list(datasets))
    fits = isinstance(names, list) and names and len(set(map(str, names))) == len(names)
    if not fits or not set(map(str, names)) <= set(datasets):
        raise refusal(
            path,
            f"models.{model}.{DATASETS}",
            repr(names),
            f"a list of different names among {', '.join(datasets)}",
            "Correct it, or leave it out for all of them.",
        )
    return list(map(str, names))


def _text(path, key, value, needed=False):
    if isinstance(value, (str, int, float)) and str(value).strip():
        return str(value)
    if value is None and not needed:
        return None
    raise refusal(
        path,
        key,
        "nothing" if value is None else repr(value),
        "text",
        f"Write {key.rpartition('.')[2]}: and behind it a name.",
    )


def _without(content, *keys):
    return {key: value for key, value in content.items() if key not in keys}
