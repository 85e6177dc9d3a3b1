import numpy as np
import pytest

from st_keras.metrics.disentanglement.encoded_rows import encoded_rows
from tests.metrics.disentanglement.toy_pixels import ToyEncoder, ToyPixels


def rows(model, dataset, count=50, batch_size=16, **options):
    return encoded_rows(model, dataset, count, np.random.default_rng(0), batch_size, **options)


def refuses(match, model=None, dataset=None):
    with pytest.raises(ValueError, match=match) as info:
        rows(model or ToyEncoder(), dataset or ToyPixels())
    assert str(info.value).startswith("evaluate: received ") and " Required: " in str(info.value)


def test_codes_and_factors_belong_together_in_batches():
    dataset = ToyPixels()
    codes, factors = rows(ToyEncoder(), dataset)
    assert codes.shape == factors.shape == (50, 3) and dataset.largest_draw == 16
    np.testing.assert_allclose(codes[:, ::-1], factors, atol=1e-5)
    assert len(np.unique(factors[:16], axis=0)) > 5  # batches differ
    assert not np.array_equal(factors[:16], factors[16:32])


def test_white_is_one():
    class White(ToyPixels):
        def draw_images(self, count, generator):
            return np.full((count, 2, 2, 1), 255, "uint8"), np.zeros((count, 1), int)

    assert (rows(lambda images: images[:, 0, 0], White())[0] == 1.0).all()


def test_encode_goes_before_call():
    class Both(ToyEncoder):
        def __call__(self, images):
            raise AssertionError

    assert rows(Both(), ToyPixels())[0].shape == (50, 3)
    assert rows(lambda images: images[:, 0, :2, 0].tolist(), ToyPixels())[0].shape == (50, 2)


def test_tensors_are_taken():
    import keras

    codes, _ = rows(lambda images: keras.ops.convert_to_tensor(images[:, 0, :, 0]), ToyPixels())
    assert isinstance(codes, np.ndarray) and codes.shape == (50, 3)


def test_progress():
    seen = []
    rows(ToyEncoder(), ToyPixels(), on_progress=lambda *step: seen.append(step))
    assert seen == [(16, 50), (32, 50), (48, 50), (50, 50)]


def drawing(*result):
    class Fixed(ToyPixels):
        def draw_images(self, count, generator):
            return tuple(r(count) for r in result) if result else np.zeros(count)

    return Fixed()


def bytes_of(count):
    return np.zeros((count, 2, 2, 1), "uint8")


def test_models_of_another_kind():
    refuses("model of type str.*encode", model="model.keras")
    refuses(r"codes of shape \(16,\) for 16 images", model=lambda images: images[:, 0, 0, 0])
    refuses(r"codes of shape \(15, 3\)", model=lambda images: images[1:, 0, :, 0])
    refuses(
        r"codes of shape \(2, 16, 3\).*model.encode\(images\)\[0\]",
        model=lambda images: (images[:, 0, :, 0], images[:, 0, :, 0]),
    )
    refuses(r"codes of shape \(0,\)", model=lambda images: (np.ones((16, 2)), np.ones((16, 3))))
    refuses(
        r"\[1, 3\] latents in different batches",
        model=lambda images: images[:, 0, : 3 if len(images) == 16 else 1, 0],
    )


def test_data_sets_of_another_kind():
    refuses("ndarray from dataset.draw_images", dataset=drawing())
    refuses(
        "dtype float32 from.*255 \\* images",
        dataset=drawing(lambda n: bytes_of(n).astype("float32"), bytes_of),
    )
    refuses(
        r"images of shape \(16, 2, 2\)", dataset=drawing(lambda n: bytes_of(n)[..., 0], bytes_of)
    )
    refuses(
        r"images of shape \(15, 2, 2, 1\)", dataset=drawing(lambda n: bytes_of(n - 1), bytes_of)
    )
    refuses(
        r"factors of shape \(16,\).*\(16, factors\)", dataset=drawing(bytes_of, np.zeros)
    )  # fmt: skip
