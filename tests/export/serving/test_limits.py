import inspect

from st_keras.cli.grammar import parse
from st_keras.export import DevelopmentServer
from st_keras.export.serving import limits


def test_the_class_and_the_command_have_the_same():
    defaults = inspect.signature(DevelopmentServer).parameters
    options = parse(["serve", "nowcast"])[1]
    for name in ("max_request_mb", "max_values", "threads", "host", "port", "rest_port"):
        assert getattr(options, name) == defaults[name].default
    for name in ("max_request_mb", "max_values", "threads", "read_seconds"):
        assert defaults[name].default == getattr(limits, name.upper())
