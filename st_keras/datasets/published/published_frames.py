"""What a published dataset finds at a path, for one of its parts."""

import dataclasses
from collections.abc import Callable

from st_keras.datasets.archives.frames import Frames


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class PublishedFrames:
    """Frames of a part, and which of them belong to it; nothing is read yet.

    Args:
        frames: `Frames`. None: the part is generated.
        spans: function of a `SequenceDataset` of all frames and the name of the part to its spans
            `(sequence, start, stop)`. Default None: all.
        windows: function of spans and of the frames of a window to the spans of the windows that
            were published, one window each. Default None: windows are cut regularly.
        generator: function of `split` and `num_frames` to a dataset that draws sequences.
    """

    frames: Frames | None = None
    spans: Callable | None = None
    windows: Callable | None = None
    generator: Callable | None = None
