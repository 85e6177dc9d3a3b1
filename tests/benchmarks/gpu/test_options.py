import re

import pytest

from benchmarks.golden_file import FOLDER
from benchmarks.gpu.options import BUDGET, checked, parsed, selected, settings_of
from benchmarks.gpu.rows import rows
from st_keras.validation import InputError


def options_of(*arguments):
    return checked(parsed(list(arguments)))


def test_defaults():
    options = options_of()
    assert (options.smoke, options.budget) == (False, BUDGET)
    assert re.fullmatch(r"gpu-\d{4}-\d\d-\d\d-\d{6}", options.output)
    there = (FOLDER / "predrnn_v2.npz").is_file()
    assert options.golden == (str(FOLDER.resolve()) if there else None)
    assert selected(options) == rows()


def test_settings():
    settings = settings_of(options_of("--smoke", "--filters=8", "--batch=3"))
    assert (settings.filters, settings.batch, settings.device) == ((8,), 3, "cpu")
    assert settings.smoke and settings.flop > 0
    full = settings_of(options_of())
    assert (full.filters, full.batch, full.device) == ((128,) * 4, 8, "gpu")
    assert full.flop > 1e12


def test_selection():
    names = [row.name for row in selected(options_of("--only=updates,JAX mixed_float16"))]
    assert names == ["platform tensorflow", "platform jax", "updates", "speed JAX mixed_float16"]
    smoke = selected(options_of("--smoke"))
    assert [row for row in rows() if not row.variant] == smoke != rows()
    assert len(selected(options_of("--smoke", "--only=speed JAX"))) == 4


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--only=fit,speeed"], r"benchmarks gpu: received --only speeed\. Required: a part of "),
        (["--budget=0"], r"received --budget=0\. Required: an int of at least 1\."),
        (["--golden=there"], r"--golden there without predrnn_v2\.npz, .* compare with the CPU"),
    ],
)
def test_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        options_of(*arguments)


def test_a_folder_that_exists(tmp_path, capsys):
    with pytest.raises(SystemExit):
        parsed([f"--output={tmp_path}"])
    assert "nothing is overwritten" in capsys.readouterr().err
