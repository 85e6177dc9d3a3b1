import pytest

from benchmarks import leads


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_every_form_of_every_lead_has_a_row(policy, capsys):
    arguments = ["--policy", policy, "--filters=2", "--batch=1", "--rounds=1"]
    assert leads.main([*arguments, "--only=convolutions,layout,joined,gates"]) == 0
    rows = [line.split("|")[1:-1] for line in capsys.readouterr().out.splitlines()[3:]]
    names = [row[0].strip() for row in rows]
    assert len(names) == 6 + 6 + 2 + 2 and len(set(names)) == len(names)
    assert {name.partition(":")[0] for name in names} == {
        "convolutions",
        "layout",
        "joined",
        "gates",
    }
    assert all(0 < float(row[1]) <= float(row[2]) for row in rows)
    assert all(float(row[3]) >= 0 for row in rows[:14])


def test_optimizer_updates_the_standard_network(capsys):
    assert leads.main(["--filters=2", "--rounds=1", "--only=optimizer"]) == 0
    assert capsys.readouterr().out.count("optimizer: ") == 2


@pytest.mark.parametrize(
    "lead, count",
    [
        pytest.param(lead, count, marks=pytest.mark.long)
        for lead, count in (("step", 2), ("xla", 1))
    ],
)
def test_a_whole_step(lead, count, capsys):
    arguments = ["--filters=2", "--batch=1", "--rounds=1", f"--only={lead}"]
    assert leads.main([*arguments, "--policy=mixed_bfloat16"]) == 0
    rows = capsys.readouterr().out.splitlines()[3:]
    assert len(rows) == count and all(row.startswith(f"| {lead}: ") for row in rows)


def test_unknown_lead(capsys):
    with pytest.raises(SystemExit):
        leads.main(["--only=gates,doors"])
    assert "doors; some of convolutions,layout,joined,gates," in capsys.readouterr().err
