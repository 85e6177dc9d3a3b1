import json

import numpy as np
import pytest
import tensorflow as tf

from st_keras.datasets.pairs.pair_source import PairSource


class Noise(PairSource):
    name, image_shape, factor_names, factor_sizes = "noise", (4, 5, 3), ("grey",), None

    def draw_pairs(self, count, generator):
        factors = generator.random((count, 2, 1))
        return np.uint8(255 * factors[..., None, None] * np.ones((4, 5, 3))), factors

    def draw_images(self, count, generator):
        frames, factors = self.draw_pairs(count, generator)
        return frames[:, 0], factors[:, 0]


def batches(**arguments):
    return [batch.numpy() for batch in Noise().as_dataset(3, **arguments)]


def test_both_draws_must_be_defined():
    class Half(PairSource):
        def draw_pairs(self, count, generator):
            return None

    with pytest.raises(TypeError, match="draw_images"):
        Half()


def test_batches():
    data = Noise().as_dataset()
    assert data.element_spec == tf.TensorSpec((32, 2, 4, 5, 3), tf.float32)
    assert data.cardinality() == tf.data.INFINITE_CARDINALITY
    data = Noise().as_dataset(3, num_batches=4)
    assert len(data) == 4
    for frames in data:
        assert frames.numpy().min() >= 0 and 0.5 < frames.numpy().max() <= 1


def test_a_batch_is_a_function_of_seed_epoch_and_number():
    data = Noise().as_dataset(3, seed=7, num_batches=2)
    for epoch in range(2):
        for number, frames in enumerate(data):
            expected, _ = Noise().draw_pairs(3, np.random.default_rng((7, epoch, number)))
            np.testing.assert_array_equal(frames, expected.astype("float32") / np.float32(255))
    first = batches(num_batches=2)
    assert not np.array_equal(first[0], first[1])
    np.testing.assert_array_equal(batches(num_batches=2), first)
    assert not np.array_equal(batches(num_batches=2, seed=1), first)


def test_an_endless_dataset_may_begin_later():
    whole = [b.numpy() for b in Noise().as_dataset(3).take(5)]
    late = [b.numpy() for b in Noise().as_dataset(3, first_batch=2).take(3)]
    np.testing.assert_array_equal(late, whole[2:])


def test_card_scored_factors_and_repr():
    card = json.loads(json.dumps(Noise().card()))
    assert card == {
        "name": "noise",
        "image_shape": [4, 5, 3],
        "factor_names": ["grey"],
        "factor_sizes": None,
    }
    assert Noise().scored_factors == ("grey",)
    assert repr(Noise()) == "<Noise noise (4, 5, 3): ('grey',)>"

    class Grid(Noise):
        factor_sizes = (3,)

    assert Grid().card()["factor_sizes"] == [3]


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"batch_size": 0}, "batch_size=0.*at least 1"),
        ({"seed": -1}, "seed=-1.*at least 0"),
        ({"num_batches": 0}, "num_batches=0"),
        ({"first_batch": -1}, "first_batch=-1"),
        ({"batch_size": 1.5}, "batch_size=1.5"),
    ],
)
def test_refusals(arguments, match):
    with pytest.raises(ValueError, match=f"Noise.as_dataset: .*{match}"):
        Noise().as_dataset(**arguments)
