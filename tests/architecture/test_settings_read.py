"""No setting is dead: the code of the command line reads each, or hands it over whole."""

import ast
import inspect

from st_keras.cli.grammar import all_commands
from st_keras.cli.nowcast.settings import NowcasterSettings
from st_keras.cli.serve_command import Serve
from st_keras.export import DevelopmentServer
from st_keras.models.family import forecasters
from st_keras.models.slowvae import family as slowvae
from st_keras.settings.setting import settings_in
from tests.architecture.sources import FILES, REPOSITORY

# Handed over as arguments; `tests/models/test_family_settings.py` checks that they are taken.
WHOLE = [NowcasterSettings, slowvae.SlowVAESettings, slowvae.SlowVAERanges]
WHOLE += [c for f in forecasters() for c in (f.network, f.recipe, f.ranges) if c]


def names_in(settings):
    return {setting.name for _, setting in settings_in(settings)}


def names_read(files):
    """Names of the attributes that are read in files."""
    trees = [ast.parse((REPOSITORY / file).read_text()) for file in files]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    return {node.attr for node in nodes if isinstance(node.ctx, ast.Load)}


def test_every_setting_is_read():
    leaves = [
        leaf
        for command in all_commands().values()
        for leaf in (
            command.models().values() if type(command.settings) is dict else [command.settings]
        )
    ]
    declared = set().union(*map(names_in, leaves))
    read = names_read(file for file in FILES if file.parts[1] == "cli")
    handed_over = set().union(*map(names_in, WHOLE)) | names_in(Serve)
    assert len(declared) > 80 and "resume_every" in declared & read
    assert declared - read - handed_over == set()


def test_the_server_takes_all_of_its_settings():
    assert names_in(Serve) <= set(inspect.signature(DevelopmentServer).parameters)
