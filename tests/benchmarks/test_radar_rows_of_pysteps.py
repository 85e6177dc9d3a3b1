"""The rows of the protocol that pysteps' nowcasts have."""

import pytest

from benchmarks import radar_rows
from benchmarks.radar_series import FOLDER

pytest.importorskip("pysteps", reason="needs the extra [radar]")
pytest.importorskip("cv2", reason="needs the extra [radar]")


@pytest.mark.needs_data
@pytest.mark.parametrize(
    "series",
    ["mrms_w3_6min_36min", pytest.param("fmi_20170509", marks=pytest.mark.long)],
)
def test_rows(series, capsys):
    if not FOLDER.is_dir():
        pytest.skip("shared/data is not beside the project")
    methods = ",".join(radar_rows.OF_PYSTEPS)
    assert radar_rows.main(["--series", series, "--methods", methods]) == 0
    assert "0 numbers are not reproduced" in capsys.readouterr().out
