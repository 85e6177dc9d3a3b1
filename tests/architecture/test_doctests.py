"""The examples in the docstrings run and print what they say."""

import doctest
import importlib

import pytest

from tests.architecture.sources import FILES

MODULES = [".".join(file.with_suffix("").parts).removesuffix(".__init__") for file in FILES]
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def examples(module):
    found = doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(module))
    return [test for test in found if test.examples]


WITH_EXAMPLES = [module for module in MODULES if examples(module)]


def test_there_are_examples():
    assert len(WITH_EXAMPLES) > 20


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_examples(module, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    report = []
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    for test in examples(module):
        runner.run(test, out=report.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(report)
