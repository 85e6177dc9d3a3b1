"""The package's errors, of one form: what came, what is required, what to do."""

import re

import pytest


def refused(match, function, /, *arguments, **options):
    """Check that a call is refused with such a text, of three parts; return the text."""
    with pytest.raises(ValueError, match=match) as info:
        function(*arguments, **options)
    text = str(info.value)
    assert re.search(r": received .+\. Required: .+\. \S", text, re.DOTALL), text
    return text
