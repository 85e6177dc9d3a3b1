"""What a command of `st-keras` is: its name, its settings, and what it does."""

from collections.abc import Callable
from dataclasses import dataclass, field

from st_keras.models.family import forecasters
from st_keras.settings.arguments import arguments_of
from st_keras.settings.setting import values_of


@dataclass(frozen=True, kw_only=True)
class CommandSettings:
    """What every command is told.

    Args:
        command: str.
        model: str, the MODEL or subject that was named. None: the command has none.
        typed: tuple of str, the command line as it was typed, for records.
    """

    command: str
    model: str | None = None
    typed: tuple = field(default=(), compare=False)

    def command_line(self):
        """Return the arguments that give these very settings; what files said is in them."""
        words = [word for word in (self.command, self.model) if word]
        return [*words, *arguments_of(type(self), values_of(self))]


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command, in a module whose name ends in `_command`, under the name COMMAND.

    Args:
        name: str.
        settings: the dataclass of its settings, whose docstring says what the command does; of a
            command that begins with a MODEL a dict from each of those to its dataclass.
        of_family: function of a `ModelFamily` to the dataclass of its settings, None where the
            command does not take it. The MODELs are then also the families of forecasters.
        work: function of the settings, which may return an exit status.
        text: str, what it does. Default: as the docstring of `settings` says.
        check: function of the settings that refuses what they and the paths in them alone decide,
            before Keras is imported. Default: nothing.
        default_model: str, the MODEL that may be left out. Default: none.
        instead: `(flag, model)`: a flag that may stand in place of a MODEL, and which one that is.
        usage, epilog: str, above and below the help.
        needs_keras: bool. False for one that only starts others.
        hears_signals: bool. Whether it hears SIGTERM by itself.
    """

    name: str
    settings: object
    work: Callable
    of_family: Callable | None = None
    text: str | None = None
    check: Callable = lambda settings: None
    default_model: str | None = None
    instead: tuple = ()
    usage: str | None = None
    epilog: str | None = None
    needs_keras: bool = True
    hears_signals: bool = False

    def models(self, named=()):
        """Return {MODEL: dataclass of settings}.

        Args:
            named: words among which names of families of other packages are looked for.
        """
        if self.of_family is None:
            return dict(self.settings)
        families = {family.name: self.of_family(family) for family in forecasters(named)}
        return {**{n: cls for n, cls in families.items() if cls}, **self.settings}
