import tensorflow as tf

from st_keras.export.signatures.table import signature_table

TABLE = """\
signature  inputs                    outputs
ask        n () int32                flag () bool
step       count () int32            answer (?, 3, 1) float64
           values (?, 3, 1) float32  state_c (?, 4) float32
           state_c (?, 4) float32"""


def test_a_line_for_each_input_and_output(tmp_path):
    specs = {"state_c": (None, 4), "values": (None, 3, 1)}
    inputs = [tf.TensorSpec(shape, name=name) for name, shape in specs.items()]

    @tf.function(input_signature=[*inputs, tf.TensorSpec((), tf.int32, name="count")])
    def step(state_c, values, count):
        return {"state_c": state_c + 1.0, "answer": tf.cast(values, tf.float64)}

    @tf.function(input_signature=[tf.TensorSpec((), tf.int32, name="n")])
    def ask(n):
        return {"flag": n > 0}

    tf.saved_model.save(tf.Module(), str(tmp_path / "1"), {"step": step, "ask": ask})
    assert signature_table(tmp_path / "1") == TABLE
