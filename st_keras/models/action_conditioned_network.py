"""What action-conditioned networks share."""

from st_keras.models.action_conditioned_rollout_cell import REDUCTION
from st_keras.models.next_frame_network import NextFrameNetwork
from st_keras.validation import check_rank, error


class ActionConditionedNetwork(NextFrameNetwork):
    """Abstract `NextFrameNetwork` whose steps read an action each.

    A concrete one has `action_size` A and an `ActionConditionedRolloutCell`.

    Call arguments:
        frames: (B, T, H, W, C) in network units; H and W divisible by `size_divisor` = 4 p.
        actions: (B, T, A). Action t is the one taken between frames t and t+1.
        observed_mask, return_terms, valid, auxiliary, fill: as in `NextFrameNetwork`. Actions are
            always fed.
    """

    @property
    def size_divisor(self):
        """H and W of all frames must be divisible by this int."""
        return REDUCTION * self.patch_size

    def build(self, frames_shape, actions_shape=None, auxiliary_shape=None):
        """Create all weights for frames (B, T, H, W, C), actions (B, T, A) and auxiliary maps."""
        if actions_shape is not None:
            self._check_actions(frames_shape, actions_shape)
        super().build(frames_shape, auxiliary_shape)

    def call(
        self,
        frames,
        actions,
        observed_mask=None,
        return_terms=False,
        training=False,
        valid=None,
        auxiliary=None,
        fill=0.0,
    ):
        """Predict frame t+1 at each step t."""
        self._check_actions(frames.shape, None if actions is None else actions.shape)
        inputs = self.step_inputs(frames, observed_mask, actions, valid, auxiliary, fill)
        return self.run(inputs, return_terms, training)

    def compute_output_spec(
        self,
        frames,
        actions,
        observed_mask=None,
        return_terms=False,
        training=False,
        valid=None,
        auxiliary=None,
        fill=0.0,
    ):
        """The shape of the frames, in the variable dtype."""
        self._check_actions(frames.shape, None if actions is None else actions.shape)
        return super().compute_output_spec(
            frames, observed_mask, return_terms, training, valid, auxiliary, fill
        )

    def compute_output_shape(
        self,
        frames_shape,
        actions_shape=None,
        observed_mask_shape=None,
        valid_shape=None,
        auxiliary_shape=None,
    ):
        """The shape of the frames."""
        return tuple(frames_shape)

    def _check_actions(self, frames_shape, actions_shape):
        where = type(self).__name__
        if actions_shape is None:
            raise error(
                where,
                "frames without actions",
                f"actions (B, T, {self.action_size}), one for each frame",
                "Call network(frames, actions), or use a network that reads frames alone.",
            )
        check_rank(where, "actions", actions_shape, ("B", "T", "A"))
        lengths = {frames_shape[1], actions_shape[1]} - {None}
        if actions_shape[2] != self.action_size or len(lengths) > 1:
            raise error(
                where,
                f"actions of shape {tuple(actions_shape)} for {frames_shape[1]} frame(s)",
                f"shape (B, {frames_shape[1]}, {self.action_size}): action_size numbers per frame",
                "Cut the actions to the frames, or build the network for that action_size.",
            )
