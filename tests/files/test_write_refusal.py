import errno
import os

import pytest

from st_keras.files.write_refusal import write_refusal


def test_what_the_disk_says_is_told():
    message = (
        r"^me: received No space left on device when 'a\.npy' was to be written\. Required: a "
        r"folder on a disk with room for it; the old one stays\. Make room, or make the folder"
    )
    with pytest.raises(ValueError, match=message):
        with write_refusal("me", "a.npy", "the old one stays"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(ValueError, match=r"received 7 requested and 3 written when"):
        with write_refusal("me", "a.npy"):
            raise OSError("7 requested and 3 written")  # as NumPy says it


def test_other_errors_pass():
    with pytest.raises(KeyError), write_refusal("me", "a.npy"):
        raise KeyError
