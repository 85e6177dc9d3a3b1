"""Values of variables leave and come back, under their names."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.training.resume.variable_state import (
    assign,
    check_same,
    collect,
    differences,
    matching,
)

ONE = tf.distribute.get_strategy()


def variables(*shapes, name="weight", dtype="float32"):
    return [keras.Variable(np.ones(shape), name=name, dtype=dtype) for shape in shapes]


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int32"])
def test_back_and_forth_with_names_that_occur_twice(dtype):
    given = variables((2,), (2,), dtype=dtype)
    given[1].assign([3, 4])
    entries = collect(given, ONE)
    assert [entry["path"] for entry in entries] == ["weight", "weight"]
    for variable in given:
        variable.assign([0, 0])
    assign(entries, given, ONE)
    np.testing.assert_array_equal(np.array(given[0]).astype("float32"), [1, 1])
    np.testing.assert_array_equal(np.array(given[1]).astype("float32"), [3, 4])


def test_running_sums_of_replicas_stay_apart(two_replicas):
    with two_replicas.scope():
        mean = keras.metrics.Mean()
        weight = keras.Variable([1.0])

    @tf.function
    def update():
        two_replicas.run(
            lambda: mean.update_state(
                0.1 + tf.cast(tf.distribute.get_replica_context().replica_id_in_sync_group, "float")
            )
        )

    update()
    entries = collect([*mean.variables, weight], two_replicas)
    assert [len(entry["values"]) for entry in entries] == [2, 1, 1]
    assert [float(value) for value in entries[0]["values"]] == [np.float32(0.1), np.float32(1.1)]
    mean.reset_state()
    weight.assign([2.0])
    assign(entries, [*mean.variables, weight], two_replicas)
    again = collect([*mean.variables, weight], two_replicas)
    for a, b in zip(entries, again, strict=True):
        np.testing.assert_array_equal(a["values"], b["values"])


def test_differences():
    entries = collect(variables((2,), (3,)), ONE)
    assert differences(entries, variables((2,), (3,))) == []
    assert differences(entries, variables((2,), (4,))) == [
        "variable 1 is weight (3,) float32 in the state and weight (4,) float32 in the model"
    ]
    assert differences(entries, variables((2,))) == [
        "2 variables in the state and 1 in the model, in the state also weight (3,) float32"
    ]
    assert differences(entries, variables((2,), (3,), (4,)))[-1].endswith(
        "in the model also weight (4,) float32"
    )
    assert len(differences(entries, variables((2,), (3,), name="bias"))) == 2
    assert len(differences(entries, variables((2,), (3,), dtype="float16"))) == 2


def test_numbers_that_keras_gives_to_names_do_not_matter():
    def named(*paths):
        return [{"path": path, "shape": [2], "dtype": "float32", "values": []} for path in paths]

    class Named:
        def __init__(self, path):
            self.path, self.shape, self.dtype = path, (2,), "float32"

    saved = named("sequential_1/dense_3/kernel", "adam/sequential_1_dense_3_kernel_momentum")
    here = [Named("sequential/dense/kernel"), Named("adam/sequential_dense_kernel_momentum")]
    assert differences(saved, here) == []
    assert differences(named("a/adam/momentum"), [Named("adam/momentum")], short=True) == []
    assert differences(named("a/adam/momentum"), [Named("adam/momentum")]) != []


def test_refuses_another_model():
    entries = collect(variables(*[(2,)] * 5), ONE)
    with pytest.raises(ValueError, match=r"another model: variable 0 is .*; and 2 more. Required"):
        check_same("model", entries, variables(*[(3,)] * 5))
    check_same("model", entries, variables(*[(2,)] * 5))


def test_matching_by_name():
    entries = collect([*variables((), (), name="total"), *variables((), name="count")], ONE)
    here = [*variables((), name="other"), *variables((), (), name="total")]
    found, matched, missing = matching(entries, here)
    assert found == entries[:2]
    assert [v is w for v, w in zip(matched, here[1:], strict=True)] == [True, True]
    assert [entry["path"] for entry in missing] == ["count"]
