import pytest

from st_keras.export.serving.status_codes import CODES, HTTP_OF_CODE, code_of_http, http_of_code


def test_the_numbers_are_those_of_grpc():
    grpc = pytest.importorskip("grpc", reason="needs the extra [serving]")
    assert [grpc.StatusCode[name].value[0] for name in CODES] == list(range(len(CODES)))


def test_there_and_back():
    changed = {"FAILED_PRECONDITION", "OUT_OF_RANGE", "ALREADY_EXISTS", "CANCELLED"}
    for code, status in HTTP_OF_CODE.items():
        assert http_of_code(code) == status
        if code not in changed:  # these share their number with another, or have none
            assert code_of_http(status) == code
    assert code_of_http(http_of_code("INTERNAL")) == "INTERNAL"
