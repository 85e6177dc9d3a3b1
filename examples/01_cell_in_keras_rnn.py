"""Use the ST-LSTM cell like any Keras cell.

You learn: `SpatioTemporalLSTMCell` in plain `keras.layers.RNN` inside a subclassed model, and in
`SpatioTemporalRNN` inside a functional one. The task: tell which way a bright square moves.

Run: python examples/01_cell_in_keras_rnn.py [--smoke]
Takes: about ten seconds on two CPU cores. Expect: accuracy above 0.9 (chance is 0.5).
"""

import sys

import keras
import numpy as np

import st_keras

steps, size = 6, 16


def moving_squares(count, seed):
    """Frames (count, steps, size, size, 1) and labels: 1 = moves right, 0 = moves left."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 2, count)
    row = random.integers(2, size - 4, count)
    frames = np.zeros((count, steps, size, size, 1), "float32")
    for n in range(count):
        for t in range(steps):
            column = 2 + t if labels[n] else size - 5 - t
            frames[n, t, row[n] : row[n] + 3, column : column + 3] = 1.0
    return frames, labels


def main(smoke=False):
    frames, labels = moving_squares(32 if smoke else 512, seed=0)

    # A functional model: SpatioTemporalRNN states the shape of its output.
    inputs = keras.Input((None, size, size, 1))
    cell = st_keras.cells.SpatioTemporalLSTMCell(filters=8, kernel_size=3)
    h = st_keras.layers.SpatioTemporalRNN(cell)(inputs)  # (B, H, W, 8), the last step
    outputs = keras.layers.Dense(1, activation="sigmoid")(keras.layers.GlobalMaxPooling2D()(h))
    model = keras.Model(inputs, outputs)
    model.compile("adam", loss="binary_crossentropy", metrics=["accuracy"])
    model.optimizer.learning_rate = 0.01
    model.fit(frames, labels, epochs=1 if smoke else 3, verbose=2)

    # The same cell, with the same weights, in plain keras.layers.RNN.
    rnn = keras.layers.RNN(cell, return_sequences=True)
    print("all steps:", rnn(frames[:2]).shape)  # (2, 6, 16, 16, 8)

    test_frames, test_labels = moving_squares(128, seed=1)
    print("accuracy on new squares:", model.evaluate(test_frames, test_labels, verbose=0)[1])


if __name__ == "__main__":
    main("--smoke" in sys.argv[1:])
