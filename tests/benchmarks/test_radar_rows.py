"""The rows of the protocol: read, scored and compared; those of persistence on the radar files."""

import json

import numpy as np
import pytest

from benchmarks import radar_rows, radar_series
from benchmarks.radar_rows_published import LEADS, MEANS, published
from benchmarks.radar_series import FOLDER, SERIES
from st_keras.baselines import Baseline, Persistence, Zero


@pytest.fixture
def knmi_file(tmp_path, monkeypatch):
    """92 small frames of a square of rain that moves, and pixels out of reach."""
    monkeypatch.setattr(radar_series, "_KNMI_ROWS", slice(2, 66))
    monkeypatch.setattr(radar_series, "_KNMI_COLUMNS", slice(1, 65))
    codes = np.zeros((92, 70, 66), "uint16")
    for t in range(92):
        codes[t, 20 + t // 3 : 40 + t // 3, 30:50] = 100 + t  # from 12 mm/h
    codes[:, :7] = 65535
    np.savez(tmp_path / "radar_knmi_20100826_5min.npz", precip_hundredths_mm=codes)
    return codes, tmp_path


def test_windows_are_block_means_and_never_leave_their_event(knmi_file):
    codes, folder = knmi_file
    context, truth = SERIES["knmi_last40"].windows(folder)
    assert context.shape == (12, 6, 16, 16, 1) and truth.shape == (12, 12, 16, 16, 1)
    rain = np.where(codes == 65535, np.nan, codes * 0.12)[52:, 2:66, 1:65]
    blocks = rain.reshape(40, 16, 4, 16, 4).mean(axis=(2, 4))
    windows = np.concatenate([context, truth], axis=1)[..., 0]
    for i, start in enumerate(range(0, 23, 2)):
        np.testing.assert_allclose(windows[i], blocks[start : start + 18], rtol=1e-12)
    assert np.isnan(windows[:, :, :2]).all() and np.isfinite(windows[:, :, 2:]).all()
    assert len(SERIES["knmi_first52"].windows(folder)[0]) == 18


def test_every_third_frame_from_each_of_the_first_three(tmp_path):
    codes = np.zeros((3, 36, 8, 8), "uint16")
    codes[2] = np.arange(36)[:, None, None]
    codes[2, 0, 0, 0] = 65535
    np.savez(tmp_path / "radar_mrms_20190610_2min_3win.npz", rate_tenths_mm_per_h=codes)
    context, truth = SERIES["mrms_w3_6min_36min"].windows(tmp_path)
    times = np.concatenate([context, truth], axis=1)[:, :, 1, 1, 0]
    np.testing.assert_allclose(times, [np.arange(k, 36, 3) / 10 for k in range(3)])
    assert np.isnan(context[0, 0, 0, 0]) and np.isnan(context).sum() == 1


def test_codes_of_fmi(tmp_path):
    codes = np.full((18, 8, 8), 64 + 2 * 30, "uint8")  # 30 dBZ
    codes[:, :4, 4:], codes[0, 7, 7] = 0, 255
    np.savez(tmp_path / "radar_fmi_2016_2017_5min.npz", dbz_code_20170509=codes)
    context, _ = SERIES["fmi_20170509"].windows(tmp_path)
    expected = (1000 / 223) ** (1 / 1.53)
    np.testing.assert_allclose(context[0, 1, ..., 0], [[expected, 0], [expected] * 2], rtol=1e-6)
    assert np.isnan(context[0, 0, 1, 1]) and np.isnan(context).sum() == 1


def test_the_command_says_what_is_not_reproduced(knmi_file, monkeypatch, capsys):
    _, folder = knmi_file
    asked = ["--series", "knmi_last40", "--methods", "persistence,zero", "--data", str(folder)]
    output = folder / "found"
    assert radar_rows.main([*asked, "--output", str(output)]) == 1
    shown = capsys.readouterr().out
    assert "knmi_last40 persistence: CSI 1 l1" in shown and "published 0.608" in shown
    found = json.loads((output / "radar_rows.json").read_text())
    ours = found["knmi_last40"]["rows"]["persistence"]
    assert len(ours) == len(LEADS[12]) + 1 + len(MEANS) and found["knmi_last40"]["windows"] == 12
    assert "difference" in (output / "radar_rows.md").read_text()
    rows = {
        method: ["-" if np.isnan(x) else f"{x:.3f}" for x in row]
        for method, row in found["knmi_last40"]["rows"].items()
    }
    monkeypatch.setattr(radar_rows, "published", lambda: {"knmi_last40": rows})
    assert radar_rows.main(asked) == 0
    assert capsys.readouterr().out.endswith("0 numbers are not reproduced\n")


class Right(Baseline):
    """Says 12 mm/h, and knows nothing of the left half."""

    def of_batch(self, context, horizon):
        forecast = np.full((len(context), horizon, *context.shape[2:]), 12.0)
        forecast[:, :, :, :8] = np.nan
        return forecast


def test_inside_are_the_pixels_that_all_methods_know(knmi_file):
    _, folder = knmi_file
    models = {"persistence": Persistence(), "zero": Right()}
    _, truth = SERIES["knmi_last40"].windows(folder)
    inside = radar_rows.rows_of("knmi_last40", models, folder, inside=True)["rows"]["zero"]
    whole = radar_rows.rows_of("knmi_last40", models, folder)["rows"]["zero"]
    for row, columns in ((inside, slice(8, None)), (whole, slice(None))):
        events = (truth[:, :, :, columns] >= 1).sum(axis=(0, 2, 3, 4))
        hits = (truth[:, :, :, 8:] >= 1).sum(axis=(0, 2, 3, 4))
        pod = np.mean(hits / events)
        np.testing.assert_allclose(row[radar_rows.headings("knmi_last40").index("POD 1")], pod)


@pytest.mark.parametrize(
    "method, text, own, good",
    [
        ("persistence", "0.500", 0.5009, True),
        ("persistence", "0.500", 0.5011, False),
        ("persistence", "0.50", 0.5059, True),
        ("persistence", "0.50", 0.5061, False),
        ("sprog", "0.500", 0.5049, True),
        ("sprog", "0.500", 0.4949, False),
        ("persistence", "0.500", float("nan"), False),
        ("persistence", "-", float("nan"), True),
    ],
)
def test_tolerances(monkeypatch, method, text, own, good):
    monkeypatch.setattr(radar_rows, "published", lambda: {"knmi_last40": {method: [text] * 12}})
    lines = radar_rows.not_reproduced("knmi_last40", {"rows": {method: [own] * 12}})
    assert len(lines) == (0 if good else 12)


def test_refusals(tmp_path, capsys):
    for arguments, said in (
        (["--series", "knmi"], "--series: received 'knmi'. Required: names among fmi_20160928"),
        (["--methods", "best"], "--methods: received 'best'"),
        (["--data", str(tmp_path)], "--data: received path"),
    ):
        assert radar_rows.main(arguments) == 2
        assert said in capsys.readouterr().err


def test_every_series_and_method_has_its_row():
    assert set(published()) == set(SERIES)
    for name, rows in published().items():
        assert set(rows) == set(radar_rows.METHODS)
        assert {len(row) for row in rows.values()} == {len(radar_rows.headings(name))}


@pytest.mark.needs_data
@pytest.mark.parametrize("name", ["fmi_20170509", "knmi_last40", "mrms_w3_6min_36min"])
def test_rows_of_persistence_and_zero(name):
    if not FOLDER.is_dir():
        pytest.skip("shared/data is not beside the project")
    found = radar_rows.rows_of(name, {"persistence": Persistence(), "zero": Zero()})
    assert radar_rows.not_reproduced(name, found) == []
    assert radar_series.SERIES[name].protocol.horizon == (6 if "6min" in name else 12)
