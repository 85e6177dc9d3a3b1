import argparse
import json

import pytest

from benchmarks import precision, scaling
from benchmarks.result_folder import new_folder, replace_results, write_results
from benchmarks.speed import command


def test_two_files_in_a_new_folder(tmp_path):
    folder = new_folder(str(tmp_path / "a" / "b"))
    paths = write_results(folder, "speed", {"rounds": 3}, "# Speed\n\n")
    assert [path.name for path in paths] == ["speed.json", "speed.md"]
    assert json.loads(paths[0].read_text()) == {"rounds": 3}
    assert paths[1].read_text() == "# Speed\n"


def test_files_are_replaced_whole(tmp_path):
    folder = tmp_path / "new"
    for rows in ([1], [1, 2]):
        paths = replace_results(folder, "gpu", {"rows": rows}, "# GPU")
        assert json.loads(paths[0].read_text()) == {"rows": rows}
    with pytest.raises(TypeError):  # halfway
        replace_results(folder, "gpu", {"rows": [1, object()]}, "# GPU")
    assert json.loads(paths[0].read_text()) == {"rows": [1, 2]}
    assert sorted(path.name for path in folder.iterdir()) == ["gpu.json", "gpu.md"]


def test_what_exists_is_refused(tmp_path):
    with pytest.raises(argparse.ArgumentTypeError, match=r"--output: received .* which exists"):
        new_folder(str(tmp_path))


@pytest.mark.parametrize("run", [precision.main, scaling.main, command.main])
def test_every_benchmark_refuses_before_it_measures(run, tmp_path, capsys):
    (tmp_path / "speed.json").write_text("{}")
    with pytest.raises(SystemExit):
        run(["--output", str(tmp_path)])
    assert "nothing is overwritten" in capsys.readouterr().err
    assert (tmp_path / "speed.json").read_text() == "{}"
