"""Export a model, serve it, and let it read frames one by one as they come.

You learn: export_saved_model, DevelopmentServer, ServingClient.forecast, ServingClient.stream.
Run: python examples/07_serve_and_stream.py [--smoke]        (needs pip install 'st_keras[serving]')
     In a shell of its own the server is: st-keras serve served/nowcast
     In production it is TF Serving, which speaks the same protocols; the client stays as it is.
Takes: about a minute on two CPU cores. Writes served/nowcast/1.
"""

import sys

import keras
import numpy as np

import st_keras


def main(smoke=False):
    steps, filters, horizon = (2, (4,), 3) if smoke else (120, (16, 16), 10)
    digits = st_keras.datasets.MovingDigits(num_frames=20)
    model = st_keras.training.Forecaster(
        st_keras.models.PredRNN(filters=filters, kernel_size=3, patch_size=4), context_length=10
    )
    model.compile(keras.optimizers.Adam(2e-3))
    model.fit(digits.as_dataset(batch_size=8), steps_per_epoch=steps, shuffle=False, verbose=2)

    test = st_keras.datasets.MovingDigits(split="test", num_frames=20).sequences(0, 1)
    observed = test[:, :10]  # (1, 10, 64, 64, 1)
    folder = st_keras.export.next_version("served/nowcast")
    # TF Serving, and the server here, answer the warm-up requests before any other.
    st_keras.export.export_saved_model(model, folder, warmup=observed)

    with st_keras.export.DevelopmentServer("served/nowcast", port=0, rest_port=0) as server:
        print(f"gRPC {server.grpc_address}, REST {server.rest_address}")
        with st_keras.export.ServingClient(server.grpc_address, model="nowcast") as client:
            for name, signature in client.signatures().items():
                print(f"{name:16} {', '.join(signature.inputs)} -> {', '.join(signature.outputs)}")
            whole = client.forecast(observed, horizon)

            # The server keeps nothing between two calls: the stream holds the state.
            with client.stream() as stream:
                for t in range(observed.shape[1]):
                    next_frame = stream.step(observed[:, t])
                    error = np.square(next_frame - test[:, t + 1]).mean()
                    print(f"frame {t + 1:2}: squared error of the next one {error:.4f}")
                future = stream.rollout(horizon)
    print(f"stream and whole forecast differ by {np.abs(future - whole).max():.1e}")


if __name__ == "__main__":
    main("--smoke" in sys.argv[1:])
