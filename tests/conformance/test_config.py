"""Configs: complete, JSON, and enough to make the same object again."""

import copy
import inspect
import json
import re

import keras
import pytest

from tests.conformance.registry import LAYERS, METRICS, PLAIN

ALL = {**LAYERS, **METRICS, **PLAIN}


@pytest.mark.parametrize("cls", ALL)
def test_round_trip(cls):
    instance = ALL[cls].make()
    config = instance.get_config()
    text = json.dumps(config)
    again = cls.from_config(json.loads(text))
    assert json.loads(json.dumps(again.get_config())) == json.loads(text)


@pytest.mark.parametrize("cls", ALL)
def test_from_config_leaves_the_config_as_it_came(cls):
    config = ALL[cls].make().get_config()
    before = copy.deepcopy(config)
    first, second = cls.from_config(config), cls.from_config(config)
    assert config == before
    assert json.dumps(first.get_config()) == json.dumps(second.get_config()) == json.dumps(before)


@pytest.mark.parametrize("cls", ALL)
def test_round_trip_through_keras_needs_no_custom_objects(cls):
    instance = ALL[cls].make()
    serialized = json.loads(json.dumps(keras.saving.serialize_keras_object(instance)))
    assert serialized["registered_name"] == f"st_keras>{cls.__name__}"
    again = keras.saving.deserialize_keras_object(serialized)
    assert type(again) is cls
    assert keras.saving.serialize_keras_object(again) == keras.saving.serialize_keras_object(
        instance
    )


@pytest.mark.parametrize("cls", ALL)
def test_config_and_docstring_name_every_argument(cls):
    signature = inspect.signature(cls.__init__).parameters.values()
    arguments = [p.name for p in signature if p.kind is p.POSITIONAL_OR_KEYWORD][1:]
    config = ALL[cls].make().get_config()
    assert set(arguments) <= set(config)
    section = re.search(r"\n    Args:\n(.*?)\n\n(?! {8})", cls.__doc__, re.DOTALL).group(1)
    documented = re.findall(r"^ {8}([\w, ]+): ", section, re.MULTILINE)
    names = [name.strip() for entry in documented for name in entry.split(",")]
    has_kwargs = any(p.kind is p.VAR_KEYWORD for p in signature)
    inherited = set(names) - set(arguments) if has_kwargs else set()
    assert [name for name in names if name not in inherited] == arguments
    assert inherited <= set(config)
    assert ("**kwargs" in section) == has_kwargs
