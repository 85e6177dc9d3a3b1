from st_keras.cli.worker_lost_error import EXIT_STATUS, WorkerLostError


def test_neither_done_nor_refused():
    assert EXIT_STATUS not in (0, 1, 2, 130)
    assert str(WorkerLostError("worker 1: gone")) == "worker 1: gone"
