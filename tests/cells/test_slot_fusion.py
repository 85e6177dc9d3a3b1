import pytest

from st_keras.cells.slot_fusion import SlotFusion


@pytest.mark.parametrize("features, size", [(16, 32), (128, 64)])
def test_context_has_half_the_features_and_at_least_32_numbers(features, size):
    fusion = SlotFusion(features, 2)
    fusion.build((None, 4, 5, 7), slot_features=2)
    assert fusion.context.features == size
    assert fusion.context.last.kernel.shape == (1, 1, size, size)
    assert [layer.kernel.shape for layer in fusion.importance] == [(size, features)] * 2


def test_each_slot_has_a_convolution_of_its_own():
    fusion = SlotFusion(6, 3)
    fusion.build((None, 4, 5, 7), slot_features=2)
    assert [conv.kernel.shape for conv in fusion.slot_convs] == [(3, 3, 2, 6)] * 3
    assert fusion.skip_conv.kernel.shape == (3, 3, 7, 6)
    assert len({conv.kernel.path for conv in fusion.slot_convs}) == 3
