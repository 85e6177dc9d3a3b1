"""The sentence in what TensorFlow says when a served function refuses its inputs."""

import re

LONGEST = 1000  # characters; gRPC carries messages in headers, which are limited to a few KB
# What is asserted stands in brackets; values may follow in brackets of their own.
ASSERTION = re.compile(r"assertion failed: \[(.*?)\](?= \[|\s*\[\[|\s*\n|\s*$)")
PLACE = re.compile(r"\s*\[\[\{\{.*|\s*\[Op:.*", re.DOTALL)
PREAMBLE = re.compile(
    r"^Graph execution error:|^Detected at node .*|^<stack traces unable .*|"
    r"^\d+ root error\(s\) found\.?|^\(\d+\) \w+:\s*",
    re.MULTILINE,
)


def plain_message(text):
    """Return what TensorFlow said without nodes of graphs, places in code and values.

    Example:

    >>> plain_message(
    ...     "Graph execution error: Detected at node Assert. assertion failed: [forecast: "
    ...     "received a horizon below 1. Required: more.] [Condition x > 0 did not hold] [0]"
    ... )
    'forecast: received a horizon below 1. Required: more.'
    """
    found = ASSERTION.search(text)
    text = found[1] if found else PREAMBLE.sub("", PLACE.sub("", text))
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
