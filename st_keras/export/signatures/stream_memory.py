"""What a stream has to remember beside the states of the cell."""

import tensorflow as tf

from st_keras.export.serving.signature import KNOWN
from st_keras.export.signatures.checks import check, check_shape
from st_keras.export.signatures.graph_signature import real
from st_keras.models.known_pixels import holds_scan
from st_keras.models.padded_frames import padded_size

INSIDE, HELD, MISSED = "inside", "held", "missing_scans"


class StreamMemory:
    """Maps of the frames' own size that travel with the states, as float32; often there are none.

        known          (B, H, W, C)  1 where a target was valid in any frame so far; of a model
                                     with padding and missing="refuse" it is called `inside`
        held           (B, H, W, K)  the last frame of the inputs that are held in the future
        missing_scans  (B, 1)        frames without any data, in a row; with max_missing_scans > 0

    Args:
        model: a built `Forecaster`.
    """

    def __init__(self, model):
        self.model, self.reader = model, model.reader
        height, width = model.frames_shape[2:4]
        self.inputs = {}
        self.map_name = None
        if self.reader.masks:
            self.map_name = KNOWN if self.reader.masked else INSIDE
            self.inputs[self.map_name] = real(None, height, width, model.network.channels)
        if self.reader.channels.held:
            self.inputs[HELD] = real(None, height, width, len(self.reader.channels.held))
        if model.max_missing_scans:
            self.inputs[MISSED] = real(None, 1)

    def initial(self, batch, height, width):
        """Return the memory before the first frame, a dict."""
        return {
            name: tf.zeros((batch, *((height, width) if len(spec.shape) == 4 else ()), size))
            for name, spec in self.inputs.items()
            for size in (spec.shape[-1],)
        }

    def known(self, memory):
        """Return bool (B, H, W, C), which pixels were seen so far; None: all."""
        return None if self.map_name is None else memory[self.map_name] > 0.5

    def after(self, memory, frame):
        """Return the memory after one frame (B, H, W, all channels) in the user's units."""
        kept = {}
        if self.map_name is not None:
            seen = self.known(memory) | self._valid(frame)
            kept[self.map_name] = tf.cast(seen, "float32")
        if HELD in self.inputs:
            kept[HELD] = self.reader.held_inputs(frame)
        if MISSED in self.inputs:
            kept[MISSED] = self._missed(frame, memory)
        return kept

    def check_scans(self, where, frame, memory):
        """Return assertions that a frame is no missing scan too many."""
        if not self.reader.masked:
            return []
        most = self.model.max_missing_scans
        count = tf.cast(tf.reduce_max(self._missed(frame, memory)), tf.int32)
        return [scan_check(where, "a stream with {} frame(s) in a row", count, most)]

    def check_sizes(self, where, memory, batch, height, width):
        """Return assertions that the maps are those of such frames."""
        action = "Pass the states that init_state or the last step of this stream returned."
        return [
            check_shape(
                where,
                "state_" + name,
                memory[name],
                (batch, *((height, width) if len(spec.shape) == 4 else ()), spec.shape[-1]),
                "as the other inputs have it",
                action,
            )
            for name, spec in self.inputs.items()
        ]

    def frame_size(self, memory, height, width):
        """Return H and W of the frames: those of the maps, which know of no padding."""
        if self.map_name is None:
            return height, width
        return tuple(tf.unstack(tf.shape(memory[self.map_name])[1:3]))

    def padded(self, height, width):
        """Return the size of frames as the network takes them."""
        if not self.reader.pad:
            return height, width
        divisor = self.reader.divisor
        return padded_size(height, divisor), padded_size(width, divisor)

    def _valid(self, frame):
        return ~tf.math.is_nan(self.reader.targets(frame))

    def _missed(self, frame, memory):
        """Return (B, 1), the missing scans in a row that end with this frame."""
        missing = ~holds_scan(self._valid(frame)[:, None])
        before = memory[MISSED] if MISSED in self.inputs else tf.zeros_like(missing, "float32")
        return tf.where(missing, before + 1.0, 0.0)


def scan_check(where, counted, count, most):
    """Return the assertion that a number of missing scans is allowed."""
    return check(
        count <= most,
        where,
        f"{counted} without any data",
        f"at most {most}, with which the model was trained",
        "Send the frames that there are, or train with a larger max_missing_scans.",
        count,
    )
