import tensorflow as tf

from st_keras.replicas.logs import step_logs


def test_scalars_stay_scalars_on_one_host(two_replicas):
    logs = {"loss": tf.constant(2.0)}
    assert step_logs(logs) is logs
    with two_replicas.scope():
        assert step_logs(logs) is logs


def test_several_workers_get_vectors_of_one_number(monkeypatch):
    class Workers(tf.distribute.MultiWorkerMirroredStrategy):
        """Without the cluster."""

        def __init__(self):
            pass

    monkeypatch.setattr(tf.distribute, "get_strategy", Workers)
    assert step_logs({"loss": tf.constant(2.0)})["loss"].shape == (1,)
