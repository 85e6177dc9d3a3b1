"""Which precisions a search tries by itself."""

import tensorflow as tf

from st_keras.tuning.precisions import default_precisions


def test_float16_only_where_there_is_a_gpu(monkeypatch):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    assert default_precisions() == ("float32", "mixed_bfloat16")
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [kind])
    assert default_precisions() == ("float32", "mixed_bfloat16", "mixed_float16")
