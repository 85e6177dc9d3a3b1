"""What every next-frame network promises."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.models import ConvLSTM, ModeRNN, PredRNN
from st_keras.models.steps import run_steps
from tests.tiny import random_frames

SHAPE = (2, 5, 4, 6, 2)
MASKS = {
    "teacher forcing": np.ones((2, 5), "float32"),
    "mixed": np.array([[1, 0, 1, 1, 0], [1, 1, 0, 1, 1]], "float32"),
    "closed loop": np.array([[1, 1, 0, 0, 0]] * 2, "float32"),
}
NETWORKS = {
    "predrnn": lambda: PredRNN((4, 4), kernel_size=3, patch_size=2),
    "modernn": lambda: ModeRNN((4, 6), num_slots=2, patch_size=2),
    "convlstm": lambda: ConvLSTM((4, 3), kernel_size=3, patch_size=2),
}
every_network = pytest.mark.parametrize("name", NETWORKS)


@every_network
def test_no_output_sees_a_later_frame(name):
    network, frames = NETWORKS[name](), random_frames(*SHAPE)
    network.build(SHAPE)
    predict = tf.function(lambda frames, mask: network(frames, observed_mask=mask))
    for case, mask in MASKS.items():
        before = predict(frames, mask).numpy()
        for t in range(SHAPE[1] - 1):
            later = frames.copy()
            later[:, t + 1 :] = random_frames(*SHAPE, seed=1)[:, t + 1 :]
            after = predict(later, mask).numpy()
            np.testing.assert_array_equal(after[:, : t + 1], before[:, : t + 1], case)
            for sample in np.flatnonzero(mask[:, t + 1]):  # what is observed is seen at once
                assert np.abs(after[sample, t + 1] - before[sample, t + 1]).max() > 1e-6, case


@every_network
def test_step_by_step_is_the_whole_sequence(name):
    """A stream that keeps its states answers as if it saw the sequence at once."""
    network, frames = NETWORKS[name](), random_frames(*SHAPE)
    whole = network(frames, observed_mask=MASKS["mixed"])
    for t, (_, _, states) in enumerate(run_steps(network, frames, MASKS["mixed"])):
        patch = np.asarray(states["prediction"]).reshape(2, 2, 3, 2, 2, 2)
        frame = patch.transpose(0, 1, 3, 2, 4, 5).reshape(2, 4, 6, 2)
        np.testing.assert_allclose(frame, whole[:, t], atol=1e-6)


@every_network
def test_a_mask_of_another_length_is_refused(name):
    network, frames = NETWORKS[name](), random_frames(*SHAPE)
    message = rf"{type(network).__name__}: received observed_mask of shape \(2, 6\) for frames"
    with pytest.raises(ValueError, match=message):
        network(frames, observed_mask=np.ones((2, 6)))
    with pytest.raises(ValueError, match=message):
        network(keras.Input(SHAPE[1:], batch_size=2), observed_mask=keras.Input((6,), batch_size=2))


@every_network
def test_first_frame_is_always_observed(name):
    network, frames = NETWORKS[name](), random_frames(*SHAPE)
    none, first = np.zeros((2, 5), "float32"), np.zeros((2, 5), "float32")
    first[:, 0] = 1
    np.testing.assert_array_equal(
        network(frames, observed_mask=none), network(frames, observed_mask=first)
    )


@every_network
def test_terms_and_channels(name):
    network = NETWORKS[name]()
    assert network.channels is None
    predictions, terms = network(random_frames(*SHAPE), return_terms=True)
    assert tuple(terms) == network.loss_terms
    assert network.channels == 2
    assert network.compute_output_shape(SHAPE) == SHAPE == tuple(predictions.shape)


@every_network
@pytest.mark.parametrize(
    "shape, message",
    [
        ((2, 5, 4, 6), r"received frames of shape \(2, 5, 4, 6\)"),
        ((2, 5, 5, 6, 1), r"H.*5.*patch_size.*2"),
        ((2, 5, 4, 7, 1), r"W.*7.*patch_size.*2"),
        ((2, 5, 4, 6, None), r"frames with unknown channels"),
    ],
)
def test_shapes_that_cannot_be_built(name, shape, message):
    network = NETWORKS[name]()
    with pytest.raises(ValueError, match=message) as problem:
        network.build(shape)
    assert type(network).__name__ in str(problem.value)


@every_network
def test_other_channels_than_built_for(name):
    network = NETWORKS[name]()
    network.build((None, None, 4, 6, 2))
    with pytest.raises(ValueError, match=r"received frames with 3 channel\(s\).*2 channel\(s\)"):
        network(random_frames(2, 5, 4, 6, 3))


@every_network
def test_functional_model_around_the_network(name):
    inputs, network, frames = keras.Input((None, 4, 6, 2)), NETWORKS[name](), random_frames(*SHAPE)
    outputs = network(inputs)
    assert outputs.shape == (None, None, 4, 6, 2)
    np.testing.assert_allclose(keras.Model(inputs, outputs)(frames), network(frames), atol=1e-6)


@pytest.mark.parametrize("cls", [PredRNN, ModeRNN, ConvLSTM])
def test_presets(cls):
    network = cls.from_preset("smoke", patch_size=2)
    assert (network.patch_size, network.filters) == (2, cls.PRESETS["smoke"]["filters"])
    with pytest.raises(ValueError, match=rf"{cls.__name__}.from_preset: received preset='no'"):
        cls.from_preset("no")


@pytest.mark.parametrize("options", [{"remat": "segment"}, {"truncated_bptt": 3}])
def test_the_form_of_the_loop_is_part_of_the_config(options):
    keras.utils.set_random_seed(1)
    plain, other = PredRNN((4,), 3), PredRNN((4,), 3, **options)
    again = PredRNN.from_config(other.get_config())
    assert again.get_config() == other.get_config()
    assert {name: getattr(again.rnn, name) for name in options} == options
    frames = random_frames(*SHAPE[:2], 4, 8, 1)
    for network in (plain, other):
        network.build(frames.shape)
    other.set_weights(plain.get_weights())
    expected = plain(frames, training=True)
    np.testing.assert_allclose(other(frames, training=True), expected, atol=1e-6)
