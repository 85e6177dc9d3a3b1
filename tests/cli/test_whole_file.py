import errno
import os

import pytest

from st_keras.cli.whole_file import written_together, written_whole


@pytest.mark.parametrize("write", [written_whole, written_together])
def test_a_full_disk_is_a_refusal_of_out(write, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    message = r"--out: received No space left on device when .*a\.txt.* Required: .*room.*Make room"
    with pytest.raises(ValueError, match=message), write(tmp_path / "a.txt") as paths:
        (paths[0] if isinstance(paths, list) else paths).write_text("much")
    assert list(tmp_path.iterdir()) == []
