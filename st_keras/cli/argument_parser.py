"""An `argparse.ArgumentParser` that refuses as the package does."""

import argparse

from st_keras.validation import InputError


class Parser(argparse.ArgumentParser):
    """An `ArgumentParser` whose refusals have the package's three parts."""

    default_model = None  # of a command whose MODEL may be left out
    replays = False  # whether --replay may stand in place of a MODEL
    launches = False  # whether another command follows after --
    checks = ()  # functions of the options that refuse what does not go together

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self.add_argument(
            "--verbose",
            action="store_true",
            default=argparse.SUPPRESS,
            help="show what TensorFlow says of itself, on standard error",
        )

    def parse_known_args(self, args=None, namespace=None):
        """Parse, with the default model where none is named."""
        if self.launches:
            # Not left to argparse, which treats -- differently from version to version.
            namespace = argparse.Namespace() if namespace is None else namespace
            cut = args.index("--") if "--" in args else len(args)
            namespace.inner, args = args[cut + 1 :], args[:cut]
        if self.replays and args and args[0].startswith("-"):
            if any(argument.partition("=")[0] == "--replay" for argument in args):
                args = ["recorded", *args]
        if self.default_model:
            asks_help = args and args[0] in ("-h", "--help")
            if not args or (args[0].startswith("-") and not asks_help):
                args = [self.default_model, *args]
        options, unknown = super().parse_known_args(args, namespace)
        if not unknown:  # else those are refused
            self._check(options)
        return options, unknown

    def _check(self, options):
        try:
            for check in self.checks:
                check(options)
        except InputError as refusal:
            self.error(str(refusal))

    def error(self, message):
        """Print the refusal and exit with status 2."""
        if "Required:" not in message:
            message = (
                f"received an unusable command line: {message}. "
                f"Required: the arguments that `{self.prog} --help` lists. "
                "Correct the argument and run it again."
            )
        self.exit(2, f"{self.prog}: {message}\n")
