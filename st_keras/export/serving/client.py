"""Ask a model under TF Serving, by gRPC or REST, with NumPy arrays."""

import contextlib
import functools
import time

import numpy as np

from st_keras.export.serving.address import parse_address
from st_keras.export.serving.checked_inputs import (
    check_names,
    find_signature,
    sent_array,
    sent_horizon,
    shape_of,
)
from st_keras.export.serving.failures import (
    CallError,
    ServingError,
    call_with_retries,
    serving_error,
)
from st_keras.export.serving.grpc_transport import GrpcTransport
from st_keras.export.serving.rest_transport import RestTransport
from st_keras.export.serving.signature import takes_missing
from st_keras.export.serving.stream import Stream
from st_keras.validation import check_int, check_number, error

TRANSPORTS = {"grpc": GrpcTransport, "http": RestTransport, "https": RestTransport}


class ServingClient:
    """A model that TF Serving, or `st-keras serve`, has loaded.

        with ServingClient("localhost:8500", model="nowcast") as client:
            future = client.forecast(context, horizon=12)        # context: (B, T, H, W, C)
            with client.stream() as stream:                      # frame by frame
                for frame in frames:                             # each (B, H, W, C)
                    next_frame = stream.step(frame)
                future = stream.rollout(12)                      # from here on

    Arrays are NumPy arrays in the user's units; bools, ints and floats are cast to float32. Shapes
    are compared with the signatures of the model, and values checked to be finite, before anything
    is sent. An object may be used from several threads at once.

    Args:
        address: str. "host:8500" or "grpc://host:8500" calls by gRPC, which needs the extra
            `[serving]`; "http://host:8501" or "https://host" calls TF Serving's REST API, which
            needs Python and NumPy alone but is slower by far. Neither uses an `http_proxy` of the
            environment.
        model: str. The name it is served under. Default "nowcast".
        version: int of at least 0, or None for the newest. Default None.
        timeout: float. Seconds for a method, with all that it asks the server (the first one asks
            for the signatures, too), connections, retries and waits. The look-up of a host's name
            is bounded by the system alone. Default 30.
        retries: int of at least 0. How often a call is tried again after the server was not there
            (`UNAVAILABLE`, connection refused, HTTP 503) or too busy (`RESOURCE_EXHAUSTED`, HTTP
            429). Waits are 0.25 s, 0.5 s, 1 s, ..., each times a random factor in [0.5, 1.5].
            Nothing else is tried again. Default 3.

    Raises:
        ValueError: if an argument is out of range or gRPC is not installed; by the methods, if an
            input does not fit the model.
        ServingError: by the methods, if the call fails; its attribute `code` says why.

    Example:

    >>> ServingClient("http://localhost:8501", model="nowcast", version=3)
    ServingClient('http://localhost:8501', model='nowcast', version=3)
    """

    def __init__(self, address, model="nowcast", version=None, timeout=30.0, retries=3):
        where = "ServingClient"
        self.address = parse_address(where, address)
        if not isinstance(model, str) or not model:
            raise error(where, f"model={model!r}", "the name it is served under", "Pass a str.")
        self.model = model
        self.version = None if version is None else check_int(where, "version", version, 0)
        self.timeout = check_number(where, "timeout", timeout, minimum=1e-3)
        self.retries = check_int(where, "retries", retries, 0)
        self._transport = TRANSPORTS[self.address.scheme](where, self.address)
        self._known = None  # signatures, once a call has asked for them

    def __repr__(self):
        return f"ServingClient({str(self.address)!r}, model={self.model!r}, version={self.version})"

    def __enter__(self):
        return self

    def __exit__(self, *reason):
        self.close()

    def close(self):
        """End the connections to the server."""
        self._transport.close()

    def forecast(self, context, horizon, actions=None, known=None):
        """Return the frames that follow a context.

        Args:
            context: (B, T, H, W, C) observed frames.
            horizon: int of at least 1.
            actions: (B, T + horizon - 1, A), of a network that is told actions; else None.
            known: (B, horizon - 1, H, W, K), of a model with inputs that are known in advance: at
                every forecast frame but the last, in the order of its channels. Else None.

        Returns:
            (B, horizon, H, W, C) float32; NaN where a model that takes NaN knows nothing.

        Raises:
            ValueError: if an input does not fit the model.
            ServingError: if the call fails.
        """
        where = "ServingClient.forecast"
        horizon = sent_horizon(where, horizon)
        inputs = {"context": context, "horizon": horizon}
        if known is not None:
            inputs["known"] = known
        if actions is not None:
            inputs["actions"] = actions
            frames, given = shape_of(context), shape_of(actions)
            # Other ranks are refused below.
            if len(frames) == 5 and len(given) == 3 and given[1] != frames[1] + horizon - 1:
                raise error(
                    where,
                    f"actions of shape {given} for {frames[1]} context frames and "
                    f"horizon={horizon}",
                    f"{frames[1] + horizon - 1} actions for each sequence: at every frame but the "
                    "last",
                    "Pass (B, T + horizon - 1, A).",
                )
        return self._array(where, "forecast", inputs, "forecast")

    def exceedance(self, context, horizon, thresholds):
        """Return how probable a Nowcaster holds it that rain reaches each of some rates.

        Args:
            context: (B, T, H, W, 1) observed rain rates, mm/h, NaN where there is no data.
            horizon: int of at least 1.
            thresholds: (K,) numbers above 0, mm/h.

        Returns:
            (B, horizon, H, W, K) float32; NaN where no frame that is read has data.

        Raises:
            ValueError: if an input does not fit the model.
            ServingError: if the call fails.
        """
        where = "ServingClient.exceedance"
        inputs = {"context": context, "horizon": sent_horizon(where, horizon)}
        inputs["thresholds"] = thresholds
        return self._array(where, "exceedance", inputs, "probability")

    def members(self, context, horizon, members, seed=0):
        """Return an ensemble of a Nowcaster.

        Args:
            context, horizon: as of `exceedance`.
            members: int of at least 1.
            seed: int of at least 0. Equal seeds give equal members. Default 0.

        Returns:
            (B, members, horizon, H, W, 1) float32, mm/h; NaN as in `exceedance`.

        Raises:
            ValueError: if an input does not fit the model.
            ServingError: if the call fails.
        """
        where = "ServingClient.members"
        inputs = {"context": context, "horizon": sent_horizon(where, horizon)}
        inputs["members"] = check_int(where, "members", members, 1)
        inputs["seed"] = check_int(where, "seed", seed, 0)
        return self._array(where, "members", inputs, "members")

    def encode(self, images):
        """Return the codes of images, as a SlowVAE finds them.

        Args:
            images: (B, H, W, C), values in [0, 1], of the size the model was built for.

        Returns:
            (B, L) float32: the posterior means.

        Raises:
            ValueError: if an input does not fit the model.
            ServingError: if the call fails.
        """
        return self._array("ServingClient.encode", "encode", {"images": images}, "codes")

    def decode(self, codes):
        """Return the images that a SlowVAE expects for codes.

        Args:
            codes: (B, L).

        Returns:
            (B, H, W, C) float32 in [0, 1].

        Raises:
            ValueError: if an input does not fit the model.
            ServingError: if the call fails.
        """
        return self._array("ServingClient.decode", "decode", {"codes": codes}, "images")

    def traverse(self, images, latent, values):
        """Return images decoded with one latent replaced by each of several values.

        Args:
            images: (B, H, W, C), values in [0, 1].
            latent: int of at least 0. Which latent.
            values: (K,) numbers it takes.

        Returns:
            (B, K, H, W, C) float32 in [0, 1].

        Raises:
            ValueError: if an input does not fit the model.
            ServingError: if the call fails.
        """
        where = "ServingClient.traverse"
        inputs = {
            "images": images,
            "latent": check_int(where, "latent", latent, 0),
            "values": values,
        }
        return self._array(where, "traverse", inputs, "images")

    def signatures(self):
        """Return what the server says about the model, asked anew.

        Returns:
            Dict from names of signatures to `Signature`, whose `inputs` and `outputs` are dicts
            from names to `TensorSpec`: `shape`, with None for sizes that are free, and `dtype`.

        Raises:
            ServingError: if the call fails.
        """
        return self.described("ServingClient.signatures")[1]

    def stream(self, batch_size=1, height=None, width=None):
        """Return a `Stream`: frames go in one by one, and the state stays here between them.

        The version of the model is chosen once, at the first frame, since a state belongs to the
        network that made it. The server keeps nothing.

        Args:
            batch_size: int of at least 1. Sequences that run side by side. Default 1.
            height: int, or None for that of the first frame. Default None.
            width: the same.

        Raises:
            ValueError: if an argument is out of range.
        """
        where = "ServingClient.stream"
        sizes = {"batch_size": batch_size, "height": height, "width": width}
        checked = {
            name: None if size is None and name != "batch_size" else check_int(where, name, size, 1)
            for name, size in sizes.items()
        }
        return Stream(self, **checked)

    def end(self):
        """Return when a method that begins now has to be over, as `time.monotonic` tells it."""
        return time.monotonic() + self.timeout

    def described(self, where, version=None, end=None):
        """Return the version that answers, and its signatures, asked anew, until `end`."""
        version = self.version if version is None else version
        end = self.end() if end is None else end
        answer = self._called(where, version, end, self._transport.metadata)
        if version == self.version:
            self._known = answer[1]
        return answer

    def predict(self, where, signature, inputs, version=None, signatures=None, end=None):
        """Return the outputs of a signature by name; its inputs are checked first, until `end`.

        A stream passes its version, and the `signatures` that `described` said of it. Else those
        that are known are asked anew if names or shapes do not fit.
        """
        version = self.version if version is None else version
        end = self.end() if end is None else end
        of_stream = signatures is not None
        if signatures is None:
            signatures = self._known
            if signatures is None:
                signatures = self.described(where, end=end)[1]
            elif not _fit(inputs, signatures.get(signature)):
                # The server may have a newer version by now.
                with contextlib.suppress(ServingError):  # without it the refusal below says more
                    signatures = self.described(where, end=end)[1]
        found = find_signature(where, signatures, signature)
        check_names(where, inputs, found)
        missing = takes_missing(signatures)
        arrays = {
            k: sent_array(where, k, value, found.inputs[k], missing) for k, value in inputs.items()
        }

        def ask(*chosen, seconds):
            return self._transport.predict(
                *chosen, signature, arrays, found.outputs, seconds=seconds
            )

        return self._called(where, version, end, ask, of_stream)

    def _array(self, where, signature, inputs, output):
        answer = self.predict(where, signature, inputs)
        if output not in answer:
            failure = CallError("INTERNAL", f"an answer without {output!r}")
            raise serving_error(
                where, failure, self.address, self.model, self.version, self.timeout
            )
        return np.array(answer[output])

    def _called(self, where, version, end, ask, of_stream=False):
        attempt = functools.partial(ask, self.model, version)
        try:
            return call_with_retries(attempt, self.retries, end - time.monotonic())
        except CallError as failure:
            raise serving_error(
                where, failure, self.address, self.model, version, self.timeout, of_stream
            ) from failure


def _fit(inputs, signature):
    """Whether names and shapes are those of a `Signature`, or of None."""
    return (
        signature is not None
        and set(inputs) == set(signature.inputs)
        and all(spec.accepts(shape_of(inputs[key])) for key, spec in signature.inputs.items())
    )
