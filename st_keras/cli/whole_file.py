"""Files that a command writes: there whole or not at all; what cannot be is refused as --out."""

import functools

from st_keras.files.whole_file import whole_file, whole_files

written_whole = functools.partial(whole_file, where="--out")
written_together = functools.partial(whole_files, where="--out")
