"""Addresses of servers: `host:port`, `grpc://host:port`, `http://host:port`, `https://host`."""

import dataclasses
import urllib.parse

from st_keras.validation import error

PORTS = {"grpc": None, "http": 80, "https": 443}  # where the address names none


@dataclasses.dataclass(frozen=True)
class Address:
    """Where a server listens."""

    scheme: str
    host: str
    port: int
    path: str = ""

    @property
    def target(self):
        """`host:port`, with brackets around IPv6."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def __str__(self):
        return f"{self.scheme}://{self.target}{self.path}"


def parse_address(where, text):
    """Return the `Address` of a text, or raise `ValueError`.

    Example:

    >>> parse_address("example", "localhost:8500")
    Address(scheme='grpc', host='localhost', port=8500, path='')
    >>> str(parse_address("example", "https://models.example.org/radar/"))
    'https://models.example.org:443/radar'
    """
    try:
        parts = urllib.parse.urlsplit(text if "://" in text else f"grpc://{text}")
        usual = PORTS[parts.scheme]
        port = usual if parts.port is None else parts.port
        path = parts.path.rstrip("/")
        extra = parts.query or parts.fragment or "@" in parts.netloc
        if not parts.hostname or not port or extra or (path and parts.scheme == "grpc"):
            raise ValueError
        return Address(parts.scheme, parts.hostname, port, path)
    except (TypeError, ValueError, KeyError, AttributeError) as reason:
        raise error(
            where,
            f"address={text!r}",
            "host:port or grpc://host:port for gRPC, http://host:port or https://host:port for "
            "REST",
            "Pass for example 'localhost:8500' or 'http://localhost:8501'.",
        ) from reason
