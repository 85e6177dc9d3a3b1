"""Names of gRPC's status codes, and the HTTP statuses that TF Serving has for them."""

# Their places are their numbers, in gRPC as in tf.errors.
CODES = (
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
)
HTTP_OF_CODE = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "OUT_OF_RANGE": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "ABORTED": 409,
    "RESOURCE_EXHAUSTED": 429,
    "CANCELLED": 499,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
CODE_OF_HTTP = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    408: "DEADLINE_EXCEEDED",
    409: "ABORTED",
    413: "RESOURCE_EXHAUSTED",
    429: "RESOURCE_EXHAUSTED",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


def http_of_code(code):
    """Return the HTTP status of a code; 500 of one that has none of its own.

    >>> http_of_code("UNAVAILABLE"), http_of_code("DATA_LOSS")
    (503, 500)
    """
    return HTTP_OF_CODE.get(code, 500)


def code_of_http(status):
    """Return the code of an HTTP status; of others INTERNAL (5xx) or UNKNOWN.

    >>> code_of_http(429), code_of_http(500), code_of_http(302)
    ('RESOURCE_EXHAUSTED', 'INTERNAL', 'UNKNOWN')
    """
    return CODE_OF_HTTP.get(status, "INTERNAL" if status >= 500 else "UNKNOWN")
