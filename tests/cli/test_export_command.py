"""`st-keras export`: a new folder, or a refusal."""


def test_exports_once(trained, run, tmp_path):
    status, out, _ = run("export", trained, "--out", tmp_path / "nowcast" / "1")
    assert status == 0
    assert (tmp_path / "nowcast" / "1" / "saved_model.pb").is_file()
    assert "signature 'forecast'" in out
    assert [path.name for path in (tmp_path / "nowcast").iterdir()] == ["1"]

    status, _, err = run("export", trained, "--out", tmp_path / "nowcast" / "1")
    assert status == 2
    assert "nothing is overwritten" in err
