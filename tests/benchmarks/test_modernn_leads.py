import pytest

from benchmarks import leads


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_each_part_in_two_forms(policy, capsys):
    names = "batch_norm,layer_norm,pointwise,slots"
    arguments = ["--policy", policy, "--filters=4", "--batch=1", "--rounds=1", f"--only={names}"]
    assert leads.main(arguments) == 0
    rows = [line.split("|")[1:-1] for line in capsys.readouterr().out.splitlines()[3:]]
    assert [row[0].partition(":")[0].strip() for row in rows] == [
        name for name in names.split(",") for _ in range(2)
    ]
    assert all(0 < float(row[1]) <= float(row[2]) for row in rows)
    assert [bool(row[3].strip()) for row in rows] == [False] * 4 + [True] * 4
