"""What a report says of a comparison, of frames and of rain."""

import numpy as np

from st_keras.cli.report.score_tables import ScoreTables
from st_keras.metrics.radar import compare_rain, rain_sums
from st_keras.metrics.video import compare_frames, frame_table

RNG = np.random.default_rng(0)
TRUTH = RNG.random((12, 3, 16, 24, 1)).astype("float32")
FORECASTS = {
    "net": 0.9 * TRUTH,
    "other": 0.6 * TRUTH,
    "persistence": np.roll(TRUTH, 1, axis=2),
}


def of_frames(protocol="thuml", forecasts=FORECASTS, scale=1.0, **more):
    scaled = {name: scale * of for name, of in forecasts.items()}
    told = {"baselines": ("persistence",), "resamples": 50, **more}
    compared = compare_frames(scale * TRUTH, scaled, (0.0, scale), protocol, **told)
    return ScoreTables(compared, [name for name in forecasts if name != "persistence"])


def texts(row):
    return [cell.text for cell in row]


def test_a_table_of_methods():
    table = of_frames().means()
    assert [title for title, _ in table.head] == [
        *("method", "MSE", "MAE", "SSIM", "PSNR (dB)", "PSNR of mean MSE (dB)")
    ]
    assert table.head[1][1] == "thuml, lower is better" and "thuml" in table.caption
    net, other, persistence = table.rows
    assert net[1].best and not other[1].best and " to " in net[1].note
    assert persistence[0].note == "baseline" and net[0].note == ""
    assert persistence[1].value > other[1].value > net[1].value


def test_sentences_and_skill():
    tables = of_frames()
    first, second, third = tables.sentences()
    assert first.startswith("net: MSE ") and "under thuml" in first and first.endswith("better.")
    assert second.startswith("other: ") and "12 blocks" in third
    rows = tables.skills().rows
    assert texts(rows[0])[:2] == ["MSE", "persistence"] and rows[0][2].best
    worse = of_frames(forecasts={**FORECASTS, "net": 1 - TRUTH})
    assert worse.sentences()[0].endswith("no better than it.")
    assert not worse.skills().rows[0][2].best


def test_by_lead_time_and_at_thresholds():
    assert len(of_frames().leads().rows[0]) == 2 + 3 and of_frames().at_thresholds() is None
    sevir = of_frames("sevir", scale=255.0)
    table = sevir.at_thresholds()
    assert len(table.rows) == 18 and table.folded
    assert texts(table.rows[0])[0] == "CSI at 16"
    assert [title for title, _ in sevir.means().head[1:]] == [
        *("CSI-M", "CSI-M pool 4", "CSI-M pool 16", "RMSE")
    ]
    assert "sums over 3 lead times" in sevir.means().caption


def test_one_block_has_no_intervals():
    tables = of_frames(blocks=["a"] * 12)
    assert tables.sentences()[-1] == "12 windows of one block: there are no intervals."
    assert tables.means().rows[0][1].note == "" and "without an interval" in tables.sentences()[0]


def test_few_blocks_are_told_with_and_without_skill():
    few = "Only 2 blocks: such an interval is too narrow."
    for baselines in (("persistence",), ()):
        tables = of_frames(blocks=["a", "b"] * 6, baselines=baselines)
        assert tables.notes()[-1] == few and tables.comparison.as_json()["note"] == few
        assert few in frame_table(tables.comparison)
    assert of_frames().comparison.as_json()["note"] == ""
    told = ScoreTables(of_frames().comparison, ["net"], ["Scored are 50 %."]).notes()
    assert "Scored are 50 %." in told


def test_without_baselines_there_is_no_skill():
    tables = of_frames(baselines=())
    assert tables.skills() is None and len(tables.sentences()) == 1


def test_rain():
    rain = RNG.gamma(0.3, 2.0, (6, 3, 16, 16, 1))
    forecasts = {"net": 0.9 * rain, "zero": 0 * rain, "persistence": np.roll(rain, 1, axis=2)}
    sums = {method: rain_sums(rain, forecast) for method, forecast in forecasts.items()}
    tables = ScoreTables(compare_rain(sums, ["persistence", "zero"], resamples=50), ["net"])
    table = tables.means()
    titles = [title for title, _ in table.head]
    assert titles[1:5] == ["CSI at 0.5", "CSI at 1", "CSI at 2", "CSI at 5"]
    assert "MAE (mm/h)" in titles and tables.at_thresholds() is None
    zero = dict(zip(titles, table.rows[1], strict=True))
    assert not any(cell.best for cell in zero.values())
    assert texts(tables.skills().rows[0])[:2] == ["CSI at 0.5", "persistence"]
    assert not any(row[0].text.startswith(("POD", "FAR")) for row in tables.skills().rows)
    assert "radar-60min-v1" in tables.notes()[0]
    assert tables.notes()[-1] == tables.comparison.as_json()["note"]
    assert tables.notes()[-1].startswith("Only 6 blocks")
