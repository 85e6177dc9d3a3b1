"""The parser of `st-keras`, made from the settings of its commands."""

import argparse
import importlib
import inspect
import pkgutil

from st_keras import cli
from st_keras.files.yaml_file import read_yaml
from st_keras.models.family import outside_names
from st_keras.settings import value_types as types
from st_keras.settings.arguments import file_arguments
from st_keras.settings.setting import REQUIRED, from_values, settings_in
from st_keras.validation import InputError

CONFIG_HELP = "YAML file with a line `FLAG: VALUE` for each; flags that are typed win"
_ACTIONS = {"switch": "store_true", "pair": argparse.BooleanOptionalAction}


def all_commands(only=None):
    """Return {name: `Command`} of the modules here whose names end in `_command`.

    Args:
        only: str, the name of the one that is wanted; one that there is none of is as None.
            Default None: all of them.
    """
    modules = [module.name for module in pkgutil.iter_modules(cli.__path__)]
    modules = [module for module in modules if module.endswith("_command")]
    wanted = f"{only}_command".replace("-", "_")
    modules = [wanted] if wanted in modules else modules
    found = [importlib.import_module(f"{cli.__name__}.{module}").COMMAND for module in modules]
    return {command.name: command for command in found}


def settings_of_command(name, named=()):
    """Return {MODEL: dataclass of settings} of a command; see `Command.models`."""
    return all_commands(name)[name].models(named)


def parse(arguments):
    """Parse a command line, or exit with status 2 and a refusal.

    Args:
        arguments: list of str.

    Returns:
        `(command, settings, verbose)`: a `Command`, what it is told, and whether TensorFlow's own
        lines are to be shown.
    """
    # The others' modules would take longer to import than all the rest.
    named = next((word for word in arguments if not word.startswith("-")), None)
    found = build_parser(all_commands(named), arguments).parse_args(arguments)
    return found.command, found.settings, vars(found).get("verbose", False)


def checked(arguments):
    """Parse a command line that stands in a file: a refusal is raised, and nothing printed.

    Args:
        arguments: list of str.

    Returns:
        `(command, settings)`, as of `parse`.

    Raises:
        ValueError: for what `parse` refuses.
    """
    found = build_parser(all_commands(arguments[0]), arguments, _RaisingParser)
    found = found.parse_args(arguments)
    return found.command, found.settings


def build_parser(commands, typed=(), kind=None):
    """Return the parser of {name: `Command`}, for the command line `typed`; `kind` is its class."""
    parser = (kind or Parser)(
        prog="st-keras", description="Spatiotemporal prediction: train, score, serve."
    )
    words = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in commands.values():
        has_models = isinstance(command.settings, dict)
        text = command.text or text_of(command.settings)
        more = {"epilog": command.epilog, "usage": command.usage}
        inner = _add_parser(words, command.name, text, **more)
        if not has_models:
            inner.take_settings(command, command.settings, typed)
            continue
        inner.default_model, inner.instead = command.default_model, command.instead
        models = inner.add_subparsers(required=True, metavar="MODEL")
        for model, settings in command.models(typed).items():
            leaf = _add_parser(models, model, text_of(settings))
            leaf.take_settings(command, settings, typed, model)
        for model in outside_names() if command.of_family else ():
            if model not in typed:  # nor imported
                _add_parser(models, model, "A model of another package.")
    return parser


def text_of(settings):
    """Return what the docstring of a dataclass says first, on one line."""
    return " ".join(inspect.getdoc(settings).partition("\n\n")[0].split())


def _add_parser(parsers, name, text, **keywords):
    return parsers.add_parser(name, help=text, description=text, allow_abbrev=False, **keywords)


class Parser(argparse.ArgumentParser):
    """An `ArgumentParser` that makes settings, and whose refusals have the package's three parts.

    Attributes:
        default_model: the word that may be left out; None if there must be one.
        instead: a flag that may stand in place of a word, and that word; or nothing.
    """

    default_model, instead = None, ()
    _command = _settings = _told = _rest = None

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self.add_argument(
            "--verbose",
            action="store_true",
            default=argparse.SUPPRESS,
            help="show what TensorFlow says of itself, on standard error",
        )

    def take_settings(self, command, settings, typed, model=None):
        """Add the flags of a dataclass, which is what `parse_args` returns as `settings`."""
        self._command, self._settings = command, settings
        self._told = {"command": command.name, "model": model, "typed": tuple(typed)}
        groups = {None: self}
        for title, setting in settings_in(settings):
            if title not in groups:
                groups[title] = self.add_argument_group(*title.split("\n"))
            if setting.kind == "rest":
                self._rest = setting.name
            else:
                _add_argument(groups[title], setting)
        if self._rest is None:
            self.add_argument("--config", type=types.path, metavar="FILE.yaml", help=CONFIG_HELP)

    def parse_known_args(self, args=None, namespace=None):
        """Parse, with the default model where none is named."""
        if self._settings:
            return self._parse_settings(args)
        before_words = not args or args[0].startswith("-")
        if self.instead and before_words:
            flag, model = self.instead
            if any(argument.partition("=")[0] == flag for argument in args):
                args = [model, *args]
        elif self.default_model and before_words and args[:1] not in (["-h"], ["--help"]):
            args = [self.default_model, *args]
        return super().parse_known_args(args, namespace)

    def _parse_settings(self, args):
        rest = {}
        if self._rest:
            # Not left to argparse, which treats -- differently from version to version.
            cut = args.index("--") if "--" in args else len(args)
            rest[self._rest], args = tuple(args[cut + 1 :]), args[:cut]
        try:
            found, unknown = super().parse_known_args([*self._of_file(args), *args])
            if not unknown:  # those are refused by the parser above
                values = {**vars(found), **rest}
                found.settings = from_values(self._settings, values, **self._told)
        except InputError as refusal:
            self.error(str(refusal))
        found.command = self._command
        return found, unknown

    def _of_file(self, args):
        """Return the arguments that the file after --config stands for; those typed follow them."""
        for argument, following in zip(args, [*args[1:], ""], strict=False):
            name, _, path = argument.partition("=")
            path = path or following
            if name == "--config" and path:
                return file_arguments(self._settings, read_yaml(name, path), path)
        return []

    def error(self, message):
        """Print the refusal and exit with status 2."""
        self.exit(2, f"{self.prog}: {self.in_three_parts(message)}\n")

    def in_three_parts(self, message):
        """Return a message of argparse as the package words refusals; others as they are."""
        if "Required:" in message:
            return message
        return (
            f"received an unusable command line: {message}. "
            f"Required: the arguments that `{self.prog} --help` lists. "
            "Correct the argument and run it again."
        )


class _RaisingParser(Parser):
    """A `Parser` whose refusals are raised."""

    def error(self, message):
        raise InputError(self.in_three_parts(message))


def _add_argument(group, setting):
    names, keywords = [setting.name], {"help": setting.help}
    if setting.flag is not None:
        required = setting.default is REQUIRED
        names = [setting.flag, *setting.also]
        keywords |= {"dest": setting.name, "required": required}
        keywords["default"] = None if required else setting.default
    if setting.kind in _ACTIONS:
        keywords["action"] = _ACTIONS[setting.kind]
    else:
        keywords |= {"type": setting.parse, "choices": setting.choices, "metavar": setting.metavar}
    if setting.kind == "optional":
        keywords |= {"nargs": "?", "const": True}
    group.add_argument(*names, **keywords)
