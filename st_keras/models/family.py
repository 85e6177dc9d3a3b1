"""Families of models: what commands, tuner and importer know of each, one object a family."""

import dataclasses

from st_keras.entry_points import entry_points, imported
from st_keras.models.family_settings import RecipeSettings
from st_keras.validation import check_one_of, error

ENTRY_POINTS = "st_keras.families"
# Those of this package, in the order of help and tables.
_OURS = {
    "predrnn": "st_keras.models.predrnn.family:PREDRNN",
    "modernn": "st_keras.models.modernn.family:MODERNN",
    "convlstm": "st_keras.models.convlstm.family:CONVLSTM",
    "slowvae": "st_keras.models.slowvae.family:SLOWVAE",
}
_REGISTERED = {}


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelFamily:
    """A family of models, in plain data: nothing heavy is imported before it is needed.

    What is code is named by where it is, "package.module:name".

    Args:
        name: str, by which commands know the family: "predrnn".
        model: str, where the class of the model is.
        published: str or None, where the tuple of `PublishedWeights` is. Default None: checkpoints
            of other codes are neither read nor written.
        network: dataclass of `family_settings.NetworkSettings`, from which flags follow. None, the
            default: it does not forecast, and commands have settings of their own for it.
        presets: dict of names to constructor arguments.
        named_recipes: dict of the names that `--recipe` takes to `(preset, constructor arguments)`;
            the first is the default. Default None: the presets, by their own names.
        recipes: dict of the names of the presets to how they are trained. "steps" are batches;
            "plateau" is (begin, stop, alpha) of reverse scheduled sampling over them;
            "scheduled_until" the batch at which scheduled sampling is at 0, if not five eighths of
            them. Adam's "epsilon" is the reference's 1e-8; PyTorch adds it after bias correction
            and Keras before, which differs in the first updates only.
        recipe: dataclass of `family_settings.RecipeSettings`, from which flags follow.
        defaults: dict of constructor arguments that all presets have.
        variants: dict of names of forecasters to constructor arguments: "predrnn_v1".
        train: str, what `train` does with it.
        hyper_model: str or None, where the `keras_tuner.HyperModel` is.
        ranges: dataclass of the arguments of its hyper model that `tune` searches. None: it is not
            tuned.
        tune: str, what `tune` does with it.
        demo: `(text, data)`: what `demo` does with it, and on which data. None: there is no demo.

    Example:

    >>> family("modernn").model_class.__name__
    'ModeRNN'
    """

    name: str
    model: str
    published: str | None = None
    network: type | None = None
    presets: dict = dataclasses.field(default_factory=dict)
    named_recipes: dict | None = None
    recipes: dict = dataclasses.field(default_factory=dict)
    recipe: type = RecipeSettings
    defaults: dict = dataclasses.field(default_factory=dict)
    variants: dict = dataclasses.field(default_factory=dict)
    train: str | None = None
    hyper_model: str | None = None
    ranges: type | None = None
    tune: str | None = None
    demo: tuple | None = None

    def __hash__(self):
        return hash(self.name)

    @property
    def model_class(self):
        """The class of the model."""
        return imported(self.model)

    def recipe_named(self, name):
        """Return `(preset, constructor arguments)` of a recipe.

        Args:
            name: str, a name of `named_recipes` or `presets`. None: the first one.
        """
        named = self.named_recipes or {preset: (preset, {}) for preset in self.presets}
        if name is None:
            return next(iter(named.values()))
        return named.get(name) or (name, {})

    @property
    def published_weights(self):
        """Tuple of `PublishedWeights`, empty if there are none."""
        return imported(self.published) if self.published else ()


def register_family(new):
    """Let this process know a family of models from outside of the package.

    Commands, workers and fresh processes learn of it by an entry point of the group
    "st_keras.families", whose name is that of the family.

    Args:
        new: `ModelFamily`.

    Raises:
        ValueError: for something else, or a name that is taken by another family.
    """
    if not isinstance(new, ModelFamily):
        raise error(
            "register_family",
            f"{new!r}",
            "a st_keras.models.ModelFamily",
            "Pass ModelFamily(name=..., model='package.module:Class', ...).",
        )
    taken = new.name in _places() or _REGISTERED.get(new.name, new) != new
    if taken:
        raise error(
            "register_family",
            f"a family named {new.name!r}",
            f"a name that is not taken; taken are {', '.join(family_names())}",
            "Give the family another name.",
        )
    _REGISTERED[new.name] = new


def family_names():
    """Return the names of all families; none from outside is imported for it."""
    return (*_places(), *_REGISTERED)


def family(name):
    """Return the family of this name.

    Raises:
        ValueError: for a name that nobody has, or an entry point that is no `ModelFamily`.
    """
    check_one_of("family", "name", name, family_names())
    if name in _REGISTERED:
        return _REGISTERED[name]
    found = imported(_places()[name])
    if not isinstance(found, ModelFamily):
        raise error(
            f"the entry point {name!r} of {ENTRY_POINTS}",
            f"{found!r}",
            "a st_keras.models.ModelFamily",
            "Correct the package that names it, or uninstall it.",
        )
    return found


def forecasters(named=()):
    """Return the families of networks that forecast.

    Args:
        named: words among which names of families from other packages are looked for; those that
            are not among them are not imported. Default: none.
    """
    known = [*_OURS, *_REGISTERED, *(name for name in outside_names() if name in named)]
    return [found for found in map(family, known) if found.network]


def outside_names():
    """Return the names that entry points of other packages have."""
    return [name for name in _places() if name not in _OURS]


def published_weights():
    """Yield the `PublishedWeights` of all families, ours first: others are imported last."""
    for name in family_names():
        yield from family(name).published_weights


def _places():
    """{name: where it is} of our families, and of those with an entry point."""
    return {**_OURS, **{n: p for n, p in entry_points(ENTRY_POINTS).items() if n not in _OURS}}
