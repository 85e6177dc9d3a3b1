import numpy as np
import pytest
import tensorflow as tf

from st_keras.export.serving.tensor_dtypes import DTYPES, dtype_label, dtype_name


@pytest.mark.parametrize("known", DTYPES, ids=lambda known: known.label)
def test_numbers_and_fields_are_tensorflows(known):
    assert tf.dtypes.as_dtype(known.dtype).as_datatype_enum == known.number
    assert dtype_name(known.number) == dtype_name(known.label) == known.dtype.name
    assert dtype_label(known.number) == known.label
    proto = tf.compat.v1.make_tensor_proto(np.ones(1, known.dtype))
    assert list(getattr(proto, known.field)) == [1]


@pytest.mark.parametrize("number", [0, 7, 20, 21, 999])  # none, text, resource, variant, unknown
def test_nothing_else_is_known(number):
    assert dtype_name(number) == "other"
    assert dtype_label(number) == "DT_INVALID"
