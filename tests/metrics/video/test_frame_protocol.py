"""Protocols of frames: their names, and what they say of other windows."""

import pytest

from st_keras import choices
from st_keras.metrics.scores_by_name import score_class
from st_keras.metrics.video import FRAME_PROTOCOLS
from st_keras.metrics.video.frame_protocol import frame_protocol_of
from tests.refusals import refused


def test_the_command_line_knows_their_names():
    assert choices.FRAME_PROTOCOLS == tuple(FRAME_PROTOCOLS)
    assert all(name == protocol.name for name, protocol in FRAME_PROTOCOLS.items())


@pytest.mark.parametrize("protocol", FRAME_PROTOCOLS.values(), ids=FRAME_PROTOCOLS)
def test_every_score_has_its_scaling(protocol):
    for name, row in protocol.scores:
        assert row in score_class(name).protocols


def test_other_windows_are_not_comparable():
    sevir = FRAME_PROTOCOLS["sevir"]
    assert sevir.not_as_published(13, 12, (384, 384)) == ""
    told = sevir.not_as_published(13, 12, (128, 192))
    assert "384 x 384 pixels, here 128 x 192: not comparable" in told
    assert FRAME_PROTOCOLS["thuml"].not_as_published(3, 2, (8, 8)) == ""


def test_by_name():
    assert frame_protocol_of("doc", "sevir").pools == (1, 4, 16)
    own = FRAME_PROTOCOLS["thuml"]
    assert frame_protocol_of("doc", own) is own
    refused("doc: .*protocol='sevir2'", frame_protocol_of, "doc", "sevir2")
