"""The addresses of workers on one machine."""

import json
import socket

from st_keras.cli.launch.local_cluster import HOST, local_cluster


def test_every_worker_knows_all_and_which_it_is():
    configurations = [json.loads(text) for text in local_cluster(3)]
    clusters = [c["cluster"]["worker"] for c in configurations]
    assert clusters[0] == clusters[1] == clusters[2]
    assert len(set(clusters[0])) == 3
    assert [c["task"]["index"] for c in configurations] == [0, 1, 2]


def test_the_ports_are_free_and_local():
    (text,) = local_cluster(1)
    host, port = json.loads(text)["cluster"]["worker"][0].split(":")
    assert host == HOST
    with socket.socket() as again:
        again.bind((host, int(port)))
