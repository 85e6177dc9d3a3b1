from benchmarks.gpu import report

FOUND = {
    "date": "2026-11-28",
    "command": "python -m benchmarks gpu",
    "machine": {"name": "A processor", "cores": 2, "gpus": ["A GPU, 550.1, 8 GiB"]},
    "versions": {"python": "3.11", "tensorflow": "2.21"},
    "settings": {
        "filters": (4, 4),
        "kernel_size": 3,
        "size": 16,
        "patch": 4,
        "batch": 2,
        "frames": 4,
        "flop": 2e9,
        "smoke": False,
    },
    "rows": [
        {"name": "fit float32 XLA", "status": "ok", "text": "a|b", "seconds": 3.0}
        | {"median_seconds": 0.1},
        {"name": "speed PyTorch float32", "status": "ok", "text": "fine", "seconds": 3.0}
        | {"median_seconds": 0.25},
        {"name": "updates", "status": "no end", "text": "no end after 9 s", "seconds": 9.4}
        | {"log": ["first", "last"]},
    ],
}


def test_a_line_has_the_columns_of_the_heading():
    line = report.line(FOUND["rows"][2])
    assert line == f"{'updates':39} {'no end':14}   9  no end after 9 s"
    heading = report.heading()
    assert line.index("no end after") == heading.index("what was found")


def test_steps_are_held_against_eager_pytorch_of_the_same_precision():
    table = report.steps_table(FOUND["rows"])
    assert table[0] == ["training step", "float32", "mixed_float16", "mixed_bfloat16"]
    cells = {who: row for who, *row in table[1:]}
    assert cells["st_keras, XLA"] == ["100 ms, x 2.50", "-", "-"]
    assert cells["st_keras"] == ["-"] * 3
    assert cells["PyTorch"][0] == "250 ms, x 1.00"


def test_markdown():
    text = report.markdown(FOUND)
    assert "- 2026-11-28: A processor, 2 CPUs\n- GPUs: A GPU, 550.1, 8 GiB\n" in text
    assert "2 GFLOP per training step" in text
    assert "| fit float32 XLA | ok | 3 | a/b |" in text
    assert "## updates: the last it said\n```\nfirst\nlast\n```" in text
    assert "says anything of a GPU" not in text


def test_smoke_is_said():
    settings = {**FOUND["settings"], "smoke": True}
    assert "no figure says anything of a GPU" in report.markdown({**FOUND, "settings": settings})


def test_no_gpu_that_the_driver_knows():
    machine = {**FOUND["machine"], "gpus": []}
    assert report.facts({**FOUND, "machine": machine})[1] == ("GPUs: none that nvidia-smi knows of")
