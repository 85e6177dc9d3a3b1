import pytest

from st_keras.export.serving.address import Address, parse_address


@pytest.mark.parametrize(
    "text, address, written",
    [
        ("localhost:8500", Address("grpc", "localhost", 8500), "grpc://localhost:8500"),
        ("grpc://10.0.0.1:1", Address("grpc", "10.0.0.1", 1), "grpc://10.0.0.1:1"),
        ("[::1]:8500", Address("grpc", "::1", 8500), "grpc://[::1]:8500"),
        ("http://h:8501", Address("http", "h", 8501), "http://h:8501"),
        ("http://h", Address("http", "h", 80), "http://h:80"),
        ("https://h/radar/v2/", Address("https", "h", 443, "/radar/v2"), "https://h:443/radar/v2"),
    ],
)
def test_addresses(text, address, written):
    assert parse_address("here", text) == address
    assert str(address) == written
    assert parse_address("here", written) == address


@pytest.mark.parametrize(
    "text",
    [
        *("", "localhost", "localhost:", ":8500", "localhost:x", "localhost:99999", "localhost:0"),
        *("ftp://h:1", "grpc://h", "grpc://h:1/path", "http://u:p@h:1", "http://h:1/?a=b"),
        *(None, 8500),
    ],
)
def test_what_is_none(text):
    message = r"here: received address=.*Required: host:port or grpc.*Pass for example 'localhost"
    with pytest.raises(ValueError, match=message):
        parse_address("here", text)
