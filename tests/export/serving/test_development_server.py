import concurrent.futures
import socket
import sys
import threading
import time

import numpy as np
import pytest
import tensorflow as tf

from st_keras.export import DevelopmentServer, ServingClient, ServingError
from st_keras.export.serving import development_server
from st_keras.export.serving.development_server import choose_version, warm_up
from st_keras.export.serving.failures import CallError
from st_keras.export.serving.serving_api import WARM_UP_FILE, require_serving_api
from tests.export.serving.tiny_module import numpy_predictions
from tests.export.signatures.tiny_models import frames_and_actions
from tests.tiny import random_frames

pytest.importorskip("tensorflow_serving", reason="needs the extra [serving]")
API = require_serving_api("tests")


@pytest.fixture(scope="module")
def exported(exports):
    """A real PredRNN with normalisation and warm-up requests, served; and the model."""
    model, base = exports("predrnn")
    with DevelopmentServer(base, "nowcast", port=0, rest_port=0, threads=2) as server:
        yield server, model


@pytest.mark.parametrize("protocol, steps", [("grpc", 50), ("rest", 5)])
def test_a_stream_of_a_real_network_is_its_forecast(protocol, steps, exported):
    server, model = exported
    assert server.warmed_up == len(server.model.signatures) == 5
    frames = 10 + 2 * random_frames(2, steps, 8, 12, 1)
    expected = model.forecast(frames, 4)
    with ServingClient(getattr(server, f"{protocol}_address")) as client:
        whole = client.forecast(frames, 4)
        with client.stream(batch_size=2) as stream:
            for frame in np.moveaxis(frames, 1, 0):
                prediction = stream.step(frame)
            future = stream.rollout(4)
        with pytest.raises(
            ServingError, match=r"init_state: received a height of 5\. .*Crop or pad"
        ):
            with client.stream() as stream:
                stream.step(np.zeros((1, 5, 12, 1)))
    errors = [np.abs(each - expected).max() for each in (whole, future)]
    errors.append(np.abs(prediction - expected[:, 0]).max())
    print(f"{protocol}: forecast, stream and step within {max(errors):.1e} of the model")
    assert max(errors) < 1e-5 * np.abs(expected).max()


def test_a_network_that_is_told_actions(exports):
    model, base = exports("actions")
    frames, actions = frames_and_actions(2, 3, 4)
    expected = model.forecast(frames, 4, actions=actions)
    with DevelopmentServer(base, port=0, rest_port=0) as server:
        for address in (server.grpc_address, server.rest_address):
            with ServingClient(address, "actions") as client:
                whole = client.forecast(frames, 4, actions)
                with client.stream(batch_size=2) as stream:
                    for t in range(3):
                        stream.step(frames[:, t], actions[:, t])
                    future = stream.rollout(4, actions[:, 3:])
            for each in (whole, future):
                np.testing.assert_allclose(each, expected, atol=1e-5)


def test_bounds_of_the_export_are_told_to_the_client(bounded):
    """The server itself would allow more."""
    example = random_frames(2, 2, 4, 8, 1)
    with DevelopmentServer(bounded, port=0, rest_port=0) as server:
        for address in (server.grpc_address, server.rest_address):
            with ServingClient(address) as client, client.stream(batch_size=2) as stream:
                assert client.forecast(example, 3).shape == (2, 3, 4, 8, 1)
                for ask, said in (
                    (lambda c: c.forecast(example, 4), "horizon of at most 3, for which the model"),
                    (lambda c: c.forecast(np.zeros((3, 2, 4, 8, 1)), 1), "batch size of at most 2"),
                    (lambda c: c.forecast(np.zeros((1, 9, 4, 8, 1)), 1), "at most 30000, for whi"),
                    (lambda c: c.stream(3).step(np.zeros((3, 4, 8, 1))), "batch size of at most 2"),
                ):
                    with pytest.raises(ServingError, match=f"refused by .*Required: a?.*{said}"):
                        ask(client)
                stream.step(example[:, 0])
                assert stream.rollout(3).shape == (2, 3, 4, 8, 1)
                with pytest.raises(ServingError, match="larger max_horizon") as refused:
                    stream.rollout(4)
                assert refused.value.code == "INVALID_ARGUMENT"


def test_a_slowvae(exports):
    model, base = exports("slowvae")
    images = random_frames(2, 16, 32, 1)
    expected = model.encode(images)
    with DevelopmentServer(base, port=0, rest_port=0) as server:
        for address in (server.grpc_address, server.rest_address):
            with ServingClient(address, "slowvae") as client:
                codes = client.encode(images)
                np.testing.assert_allclose(codes, expected, atol=1e-5)
                traversed = client.traverse(images, 1, [-2.0, 0.5])
                assert traversed.shape == (2, 2, 16, 32, 1)
                codes[:, 1] = 0.5
                np.testing.assert_allclose(traversed[:, 1], client.decode(codes), atol=1e-5)
                with pytest.raises(ServingError, match=r"traverse: received .*Required:"):
                    client.traverse(images, 3, [0.0])


def test_many_clients_at_once(server):
    contexts = [random_frames(1, 3, 4, 6, 1, seed=seed) for seed in range(24)]

    def ask(context):
        address = server.grpc_address if context[0, 0, 0, 0, 0] < 0.5 else server.rest_address
        with ServingClient(address, retries=8) as client:
            return client.forecast(context, 3)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for context, answer in zip(contexts, pool.map(ask, contexts), strict=True):
            expected = numpy_predictions(context)[:, -1]
            np.testing.assert_allclose(answer[:, 0], expected, atol=1e-6)


@pytest.mark.parametrize("protocol", ["grpc", "rest"])
def test_a_client_that_comes_before_the_server(protocol, tiny_folder):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        port = holder.getsockname()[1]
    ports = {"port": port, "rest_port": 0} if protocol == "grpc" else {"port": 0, "rest_port": port}
    scheme = "" if protocol == "grpc" else "http://"
    answers = []

    def ask():
        with ServingClient(f"{scheme}127.0.0.1:{port}", timeout=20, retries=9) as client:
            answers.append(client.forecast(np.zeros((1, 2, 4, 6, 1)), 1))

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(0.3)
    assert not answers
    with DevelopmentServer(tiny_folder, **ports):
        asking.join(20)
    assert answers[0].shape == (1, 1, 4, 6, 1)


def test_large_frames_pass(tiny_folder):
    """Larger than gRPC's own limit of 4 MB, both ways."""
    context = random_frames(1, 2, 1024, 1024, 1)
    with DevelopmentServer(tiny_folder, port=0, rest_port=0, max_request_mb=9) as server:
        with ServingClient(server.grpc_address) as client:
            answer = client.forecast(context, 2)
            np.testing.assert_allclose(answer[:, 0], numpy_predictions(context)[:, -1], atol=1e-6)
            with pytest.raises(
                ServingError, match=r"RESOURCE_EXHAUSTED .*larger than max.*Send le"
            ):
                client.forecast(random_frames(1, 3, 1024, 1024, 1), 1)


def test_names_and_versions(tiny_folder):
    folder = tiny_folder / "3"
    with DevelopmentServer(folder, "rain", port=0, rest_port=0, replay_warm_up=False) as server:
        assert (server.model.name, server.model.version, server.warmed_up) == ("rain", 3, 0)
        with ServingClient(server.rest_address, "rain") as client:
            assert client.forecast(np.zeros((1, 1, 4, 6, 1)), 1).shape == (1, 1, 4, 6, 1)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"path": "absent"}, r"where no SavedModel is"),
        ({"version": 4}, r"version 4, which"),
        ({"port": -1}, r"port=-1"),
        ({"rest_port": 65536}, r"rest_port=65536\. Required: an int from 0 to 65535\. Choose"),
        ({"max_request_mb": 2048}, r"max_request_mb=2048\. Required: an int from 1 to 2047"),
        ({"max_request_mb": 0}, r"max_request_mb=0"),
        ({"max_values": 0}, r"max_values=0"),
        ({"threads": 0}, r"threads=0"),
        ({"read_seconds": 0}, r"read_seconds=0"),
    ],
)
def test_arguments(arguments, message, tiny_folder):
    with pytest.raises(ValueError, match=f"DevelopmentServer: received .*{message}"):
        DevelopmentServer(**{"path": tiny_folder, "port": 0, "rest_port": 0, **arguments})


def test_without_the_packages_of_grpc(tiny_folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "grpc", None)
    message = r"DevelopmentServer: .*grpcio, or TensorFlow Serving itself\. .*'st_keras\[serving\]'"
    with pytest.raises(ValueError, match=message):
        DevelopmentServer(tiny_folder, port=0, rest_port=0)


def test_ports_that_are_taken(tiny_folder, server, monkeypatch):
    monkeypatch.setattr(development_server, "ServedModel", lambda *arguments: None)
    monkeypatch.setattr(development_server, "warm_up", lambda *arguments: 0)
    grpc_port = int(server.grpc_address.split(":")[1])
    rest_port = int(server.rest_address.split(":")[2])
    for ports, flag in (
        ({"port": grpc_port, "rest_port": 0}, "--port"),
        ({"port": 0, "rest_port": rest_port}, "--rest-port"),
        ({"port": 0, "rest_port": 0, "host": "192.0.2.1"}, "--port"),
    ):
        message = rf"{flag} \d+ of .*where it cannot listen.*Choose another, or {flag} 0 for a free"
        with pytest.raises(ValueError, match=message):
            DevelopmentServer(tiny_folder, **ports)


def test_nothing_is_left_after_the_end(tiny_folder):
    before = threading.active_count()
    with DevelopmentServer(tiny_folder, port=0, rest_port=0) as server:
        addresses = server.grpc_address, server.rest_address
        with ServingClient(addresses[1]) as client:
            client.signatures()
            server.close()  # with an open connection
    for address in addresses:
        with ServingClient(address, retries=0, timeout=5) as client:
            with pytest.raises(ServingError, match="UNAVAILABLE"):
                client.signatures()
    deadline = time.monotonic() + 20
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert threading.active_count() <= before


def test_the_end_does_not_wait_for_what_is_computed(tiny_folder, monkeypatch):
    monkeypatch.setattr(development_server, "GRACE_SECONDS", 0.2)
    began, ended = threading.Event(), threading.Event()

    def endless(**tensors):
        began.set()
        ended.wait(60)
        return {}

    context = np.zeros((1, 1, 4, 6, 1))
    with DevelopmentServer(tiny_folder, port=0, rest_port=0, threads=1) as server:
        monkeypatch.setattr(server.model, "function", lambda name: endless)
        with ServingClient(server.grpc_address, retries=0) as client:
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                asked = [pool.submit(client.forecast, context, 1) for _ in range(2)]
                try:
                    assert began.wait(20)
                    begin = time.monotonic()
                    server.close()
                    assert time.monotonic() - begin < 10
                    assert server.model.busy
                    for each in asked:
                        assert isinstance(each.exception(10), ServingError)
                finally:
                    ended.set()
    deadline = time.monotonic() + 20
    while server.model.busy and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not server.model.busy


def test_requests_that_wait_are_bounded(tiny_folder):
    with DevelopmentServer(tiny_folder, port=0, rest_port=0, threads=1) as server:
        computed, ended = server.model.predict, threading.Event()

        def slow(*arguments):
            ended.wait(30)
            return computed(*arguments)

        context = np.zeros((1, 1, 4, 6, 1))
        with ServingClient(server.grpc_address, retries=0) as client:
            client.forecast(context, 1)  # so that all that follow are one call each
            server.model.predict = slow
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                asked = [pool.submit(client.forecast, context, 1) for _ in range(8)]
                # one is computed and four wait; only then is the place of none of them free again
                deadline = time.monotonic() + 20
                while sum(each.done() for each in asked) < 3 and time.monotonic() < deadline:
                    time.sleep(0.02)
                refused = [each for each in asked if each.done()]
                ended.set()
            answers = [each for each in asked if each not in refused]
        assert {each.exception().code for each in refused} == {"RESOURCE_EXHAUSTED"}
        assert len(refused) == 3 and len(answers) == 5
        for each in answers:
            assert each.result().shape == (1, 1, 4, 6, 1)


def test_a_deadline_leaves_the_server_as_it_was(tiny_folder):
    with DevelopmentServer(tiny_folder, port=0, rest_port=0, threads=2) as server:
        computed, ended = server.model.predict, threading.Event()

        def slow(*arguments):
            ended.wait(30)
            return computed(*arguments)

        server.model.predict = slow
        context = np.zeros((1, 1, 4, 6, 1))
        for address in (server.grpc_address, server.rest_address):
            with ServingClient(address, timeout=1.0) as client:
                with pytest.raises(ServingError, match=r"within 1 s") as failure:
                    client.forecast(context, 1)
                assert failure.value.code == "DEADLINE_EXCEEDED"
        ended.set()
        with ServingClient(server.grpc_address) as client:
            assert client.forecast(context, 1).shape == (1, 1, 4, 6, 1)


@pytest.fixture
def base(tmp_path):
    for name in ("0", "1", "9", "10", "0002", "new", ".11-unfinished"):
        (tmp_path / "nowcast" / name).mkdir(parents=True)
        (tmp_path / "nowcast" / name / "saved_model.pb").write_bytes(b"")
    (tmp_path / "nowcast" / "99").mkdir()  # holds no SavedModel
    (tmp_path / "nowcast" / "7").write_text("a file")
    return tmp_path / "nowcast"


def test_the_highest_number_not_the_last_name(base):
    assert choose_version("w", base) == (base / "10", 10, "nowcast")


def test_a_version_by_number_or_by_its_folder(base, monkeypatch):
    assert choose_version("w", base, 2) == (base / "0002", 2, "nowcast")
    for number in (0, 9):
        folder = base / str(number)
        assert choose_version("w", folder) == (folder, number, "nowcast")
    assert choose_version("w", str(base / "new")) == (base / "new", 1, "new")
    monkeypatch.chdir(base)
    assert choose_version("w", ".")[1:] == (10, "nowcast")


def test_what_is_not_there(base, tmp_path):
    message = (
        r"w: received version 3, which .* Required: one of the versions 0, 1, 2, 9, 10\. Leave"
    )
    with pytest.raises(ValueError, match=message):
        choose_version("w", base, 3)
    with pytest.raises(ValueError, match=r"version 3, which .*one of the versions 9"):
        choose_version("w", base / "9", 3)
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "empty", tmp_path / "absent", base / "99"):
        with pytest.raises(ValueError, match=r"where no SavedModel is\. Required: a folder with"):
            choose_version("w", path)


class Model:
    """Notes what it is asked; refuses a negative horizon."""

    def __init__(self):
        self.asked = []

    def predict(self, name, inputs):
        if inputs["horizon"] < 0:
            raise CallError("INVALID_ARGUMENT", "a horizon below 1")
        self.asked.append((name, {key: array.shape for key, array in inputs.items()}))


def write(folder, *horizons):
    path = folder / WARM_UP_FILE
    path.parent.mkdir()
    with tf.io.TFRecordWriter(str(path)) as writer:
        for horizon in horizons:
            record = API.PredictionLog()
            request = record.predict_log.request
            request.model_spec.signature_name = "forecast"
            request.inputs["context"].CopyFrom(tf.make_tensor_proto(np.zeros((1, 2), "float32")))
            request.inputs["horizon"].CopyFrom(tf.make_tensor_proto(np.int32(horizon)))
            writer.write(record.SerializeToString())
    return path


def test_all_requests_in_their_order(tmp_path):
    model = Model()
    assert warm_up(API, model, tmp_path) == 0
    write(tmp_path, 1, 2)
    assert warm_up(API, model, tmp_path) == 2
    assert model.asked == [("forecast", {"context": (1, 2), "horizon": ()})] * 2


def test_a_request_that_the_model_refuses(tmp_path):
    write(tmp_path, 1, -1)
    message = r"warm-up request 2 of .*\(INVALID_ARGUMENT: a horizon below 1\)\. Required: requests"
    with pytest.raises(ValueError, match=message):
        warm_up(API, Model(), tmp_path)


def test_a_damaged_file(tmp_path):
    path = write(tmp_path, 1)
    content = path.read_bytes()
    for damaged in (content[:-5], content[:20] + b"\xff" * 5 + content[25:], b"text" * 9):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=r"warm-up request 1 of .*remove the file"):
            warm_up(API, Model(), tmp_path)
    with tf.io.TFRecordWriter(str(path)) as writer:
        writer.write(b"\xff\xff no message")
    with pytest.raises(ValueError, match=r"warm-up request 1 of"):
        warm_up(API, Model(), tmp_path)
