"""`keras.layers.RNN` for cells whose states are maps: true shapes, float32 memories."""

import collections

import keras
from keras import KerasTensor, ops, tree

from st_keras.choices import REMATS
from st_keras.layers.cell_step import CellStep
from st_keras.layers.training_loop import step_by_step, training_loop
from st_keras.ops.patching import FRAME_AXES
from st_keras.replicas.exchange import several_replicas
from st_keras.validation import check_int, check_one_of, check_rank, check_steps, error


@keras.saving.register_keras_serializable(package="st_keras")
class SpatioTemporalRNN(keras.layers.RNN):
    """Run a spatial cell over the time axis of (B, T, H, W, C).

    This class adds to `keras.layers.RNN` what it lacks for cells with image-like states:

    - the symbolic output shape and dtype (in a functional model `keras.layers.RNN` raises
      "output_size must be an integer"); they are those of one traced step of the cell;
    - initial states of the size of the input, so that one layer serves any H and W;
    - states that keep their dtype (`keras.layers.RNN` casts them to the compute dtype, which would
      put the memories into float16 or bfloat16);
    - several sequences by name for a cell that reads more than a frame (`RolloutCell`);
    - in training, the batch statistics of cells with batch normalisation (`ModeCell`), carried
      through the loop and kept after it;
    - under mixed precision weights are cast once, before the loop, not in every step;
    - training with less memory (`remat`), or with gradients that flow back within chunks of steps
      alone (`truncated_bptt`), on TensorFlow with a static T and no mask.

    Args:
        cell: a cell with spatial states (`st_keras.cells`).
        return_sequences: bool. Outputs of all steps (B, T, ...) instead of the last. Default False.
        return_state: bool. Also return the final states. Default False.
        go_backwards: bool. Run from the last frame to the first. Default False.
        unroll: bool. Unroll the loop: traces longer, takes more memory, also undoes the gain of
            `remat`; runs faster where a step is short. Needs a static T. Default False.
        remat: None, "step" or "segment". What training keeps for the backward pass: all
            activations (None), the states of each step ("step"), or those of about every sqrt(T)-th
            step ("segment"); the rest is computed again, which costs one more forward pass. Memory
            grows as T, as T with a small factor, and as sqrt(T); "segment" has more to start with,
            and is for hundreds of steps. Default None.
        truncated_bptt: int n or None. Truncated back-propagation through time: gradients flow back
            to the start of the chunk of n steps they are in, and no further. Default None.
        zero_output_for_mask: bool. Outputs of masked steps are zeros, not the previous output.
        stateful: only False; pass `initial_state` and use `return_state` to keep states.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        sequences: (B, T, H, W, C); or a dict of sequences (B, T, ...), of which "frame" is that.
            The cell gets one time step of each, by the same names.
        initial_state: list of state tensors. Default: the cell's zeros.
        mask: bool (B, T); where False the states stay as they are. Refused in training of cells
            with batch normalisation, whose statistics would count the masked steps.
        return_terms: bool. Also return the loss terms of each step, of a cell that measures some
            (`ZigzagStackCell`): the output is `(output, {name: (B, T, ...)})`. Default False.

    Returns:
        The output, or `(output, *final_states)`.

    Raises:
        ValueError: for `stateful=True`, an input not of rank 5, a mask of another length or batch
            than the input, `unroll=True` with unknown T, an
            unknown `remat`, or `remat` or `truncated_bptt` in training with an unknown T, with a
            mask or on another backend than TensorFlow.

    Example:

    >>> from st_keras.cells import SpatioTemporalLSTMCell
    >>> frames = keras.Input((None, 32, 48, 1))
    >>> SpatioTemporalRNN(SpatioTemporalLSTMCell(8), return_sequences=True)(frames).shape
    (None, None, 32, 48, 8)
    """

    def __init__(self, cell, remat=None, truncated_bptt=None, **kwargs):
        if kwargs.get("stateful"):
            raise error(
                "SpatioTemporalRNN",
                "stateful=True",
                "stateful=False",
                "Keep the states yourself: return_state=True, then initial_state=states.",
            )
        super().__init__(cell, autocast=False, **kwargs)
        self.remat = remat
        if remat is not None:
            check_one_of("SpatioTemporalRNN", "remat", remat, REMATS)
        self.truncated_bptt = truncated_bptt
        if truncated_bptt is not None:
            check_int("SpatioTemporalRNN", "truncated_bptt", truncated_bptt, 1)

    def build(self, sequences_shape, initial_state_shape=None):
        """Build the cell for one time step."""
        if not self.cell.built:  # a loaded cell comes built
            steps = _of_each(sequences_shape, lambda shape: (shape[0], *shape[2:]))
            self.cell.build(steps)
        self.built = True

    def call(self, sequences, initial_state=None, mask=None, return_terms=False, training=False):
        """Run the loop."""
        frames, mask = _frames(sequences), _frames(mask)
        check_rank("SpatioTemporalRNN", "sequences", frames.shape, FRAME_AXES)
        check_steps("SpatioTemporalRNN", "mask", mask, frames.shape)
        if self.unroll and frames.shape[1] is None:
            raise error(
                "SpatioTemporalRNN",
                "unroll=True with an unknown number of time steps",
                "a static time axis",
                "Give the input a fixed length, or set unroll=False.",
            )
        if initial_state is None:
            batch_size, _, *spatial_shape, _ = ops.shape(frames)
            initial_state = self.cell.get_initial_state(batch_size, tuple(spatial_shape))
        in_pieces = training and (self.remat or self.truncated_bptt)
        step = CellStep.of(self.cell, training, return_terms, recompute=bool(in_pieces))
        self._check_training(step, frames, mask, in_pieces)

        sequences = _of_each(sequences, lambda x: ops.cast(x, self.compute_dtype))
        if self.go_backwards:
            sequences = _of_each(sequences, lambda x: ops.flip(x, axis=1))
            mask = None if mask is None else ops.flip(mask, axis=1)
        carry = step.start(initial_state)
        if in_pieces:
            outputs, carry = training_loop(
                step, sequences, carry, self.remat, self.truncated_bptt, self.unroll
            )
        elif mask is None and (self.unroll or _exchanges(step)):
            outputs, carry = step_by_step(step, sequences, carry)
        else:
            outputs, carry = self._loop_of_keras(step, sequences, carry, mask)
        if not self.return_sequences:
            outputs = tree.map_structure(lambda x: x[:, -1], outputs)
        states = step.finish(carry)
        return (outputs, *states) if self.return_state else outputs

    def compute_output_spec(
        self, sequences, initial_state=None, mask=None, return_terms=False, training=False
    ):
        """Symbolic output: one traced step of the cell, with the time axis put in."""
        frames, mask = _frames(sequences), _frames(mask)
        check_steps("SpatioTemporalRNN", "mask", mask, frames.shape)
        if not self.built:
            self.build(_of_each(sequences, lambda x: x.shape))
        batch, time, *spatial_shape, _ = frames.shape
        step_input = _of_each(
            sequences, lambda x: KerasTensor((x.shape[0], *x.shape[2:]), self.compute_dtype)
        )
        if initial_state is None:
            specs = self.cell.state_specs(tuple(spatial_shape))
            initial_state = [KerasTensor((batch, *shape), dtype) for shape, dtype in specs]
        arguments = {"return_terms": True} if return_terms else {}
        output, states = self.cell.compute_output_spec(step_input, initial_state, **arguments)
        if self.return_sequences:
            output = tree.map_structure(
                lambda x: KerasTensor((batch, time, *x.shape[1:]), x.dtype), output
            )
        return (output, *states) if self.return_state else output

    def _loop_of_keras(self, step, sequences, carry, mask):
        """Return the outputs of all steps, or the last one as if it were all, and the carry."""
        loop = keras.layers.RNN(
            _CellOfKeras(step),
            return_sequences=self.return_sequences,
            unroll=self.unroll,
            zero_output_for_mask=self.zero_output_for_mask,
            name="loop",
        )
        last, outputs, carry = loop.inner_loop(_with_shape(sequences), carry, mask)
        if not self.return_sequences:
            outputs = tree.map_structure(lambda x: x[:, None], last)
        return outputs, carry

    def _check_training(self, step, frames, mask, in_pieces):
        if step.statistics and mask is not None:
            raise error(
                "SpatioTemporalRNN",
                "a mask in training of a cell with batch normalisation",
                "no mask, or batch_norm=False",
                "Cut the sequences to one length, or build the cell with batch_norm=False.",
            )
        if in_pieces:
            self._check_in_pieces(step, frames, mask)
        elif _exchanges(step) and frames.shape[1] is None:
            raise error(
                "SpatioTemporalRNN",
                "an unknown number of time steps in training of a cell with batch normalisation on "
                "several replicas, which exchange its statistics in every step",
                "a static time axis, or batch_norm=False",
                "Set the shape of the dataset, or build the cell with batch_norm=False.",
            )

    def _check_in_pieces(self, step, frames, mask):
        if keras.backend.backend() != "tensorflow":
            reason = f"on {keras.backend.backend()}"
        elif mask is not None:
            reason = "with a mask"
        elif frames.shape[1] is None:
            reason = "with an unknown number of time steps"
        elif _exchanges(step):
            reason = "of batch normalisation on several replicas"
        else:
            return
        raise error(
            "SpatioTemporalRNN",
            f"remat={self.remat!r}, truncated_bptt={self.truncated_bptt} in training {reason}",
            "TensorFlow, a static number of time steps, no mask, and one replica where there "
            "is batch normalisation",
            "Set both to None, or change that.",
        )

    def get_config(self):
        """Return every constructor argument."""
        return {
            **super().get_config(),
            "remat": self.remat,
            "truncated_bptt": self.truncated_bptt,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Rebuild the nested cell, then the layer; `config` stays as it came."""
        # `keras.layers.RNN` pops the cell from the dict it is given.
        return super().from_config(dict(config), custom_objects)

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        """Shapes of what `call` returns."""
        sequences = _of_each(sequences_shape, lambda shape: KerasTensor(shape, self.compute_dtype))
        return tree.map_structure(lambda x: x.shape, self.compute_output_spec(sequences))


def _frames(sequences):
    # Keras hands over masks as the sequences come, in a dict.
    return sequences["frame"] if isinstance(sequences, dict) else sequences


def _of_each(sequences, function):
    """Apply a function to a sequence, or to each of a dict."""
    if not isinstance(sequences, dict):
        return function(sequences)
    return {name: function(each) for name, each in sequences.items()}


class _CellOfKeras:
    """A step as what `keras.layers.RNN` takes for a cell."""

    state_size = ()

    def __init__(self, step):
        self.step = step

    def call(self, x, carry):
        return self.step(x._asdict() if isinstance(x, tuple) else x, carry)

    __call__ = call


def _with_shape(sequences):
    """Return sequences with the shape that the loop of Keras asks for: a dict as a named tuple."""
    if not isinstance(sequences, dict):
        return sequences

    class Sequences(collections.namedtuple("Sequences", sequences)):
        shape = _frames(sequences).shape

    return Sequences(**sequences)


def _exchanges(step):
    """Whether replicas exchange batch statistics in every step; in a loop of the graph none can."""
    return bool(step.statistics) and several_replicas()
