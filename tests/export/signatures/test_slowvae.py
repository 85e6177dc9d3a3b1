"""The signatures of SlowVAE as graphs; tests/export/test_saved_model.py serves them."""

import numpy as np
import pytest
import tensorflow as tf

from st_keras.export.signatures.slowvae import slowvae_signatures
from st_keras.models import SlowVAE
from tests.export.signatures.tiny_models import tiny_model, traced
from tests.tiny import random_frames

IMAGES = random_frames(2, 16, 32, 1)
TRAVERSE = {"images": IMAGES, "latent": 1, "values": np.float32([-2, 2])}


@pytest.fixture(scope="module")
def model():
    return tiny_model("slowvae")


@pytest.fixture(scope="module")
def served(model):
    return {each.name: traced(each) for each in slowvae_signatures(model)}


def test_codes_and_images(model, served):
    codes = model.encode(IMAGES)
    answer = served["encode"](images=IMAGES)
    np.testing.assert_allclose(answer["codes"], codes, atol=1e-5)
    log_variance = model.posterior_moments(IMAGES)[1]
    np.testing.assert_allclose(answer["log_variance"], log_variance, atol=1e-5)
    np.testing.assert_allclose(
        served["decode"](codes=codes)["images"], model.decode(codes), atol=1e-5
    )


def test_traverse_changes_one_latent(model, served):
    codes = np.repeat(model.encode(IMAGES)[:, None], 2, axis=1)
    codes[..., 1] = TRAVERSE["values"]
    answer = served["traverse"](**TRAVERSE)["images"]
    np.testing.assert_allclose(answer, model.decode(codes), atol=1e-5)


def test_gaussian_pixels_are_means_of_any_range():
    model = SlowVAE(latent_size=3, likelihood="gaussian")
    model.build((None, None, 16, 32, 1))
    served = {each.name: traced(each) for each in slowvae_signatures(model)}
    codes = served["encode"](images=7 * IMAGES - 3)["codes"]
    decoded = served["decode"](codes=codes)["images"]
    np.testing.assert_allclose(decoded, model.decode(codes), atol=1e-5)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"images with 1024 NaN or infinite"):
        served["encode"](images=np.full_like(IMAGES, np.inf))


@pytest.mark.parametrize(
    "signature, changed, message",
    [
        ("encode", {"images": IMAGES[:0]}, r"a batch size of 0"),
        ("encode", {"images": 1.5 + IMAGES}, r"images with 1024 pixels outside \[0, 1\]\. Requ"),
        ("encode", {"images": IMAGES * np.float32(np.nan)}, r"images with 1024 pixels outside"),
        ("decode", {"codes": np.full((2, 3), np.nan, "float32")}, r"codes with 6 NaN"),
        ("decode", {"codes": np.zeros((0, 3), "float32")}, r"a batch size of 0"),
        ("traverse", {"latent": 3}, r"latent=3\. Required: a latent from 0 to 2"),
        ("traverse", {"latent": -1}, r"latent=-1"),
        ("traverse", {"values": np.float32([])}, r"a number of values of 0"),
        ("traverse", {"values": np.float32([np.inf])}, r"values with 1 NaN or infinite"),
        ("traverse", {"images": -IMAGES - 1}, r"images with 1024 pixels outside"),
    ],
)
def test_refusals(served, signature, changed, message):
    inputs = {**(TRAVERSE if signature == "traverse" else {}), **changed}
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"{signature}: received {message}"):
        served[signature](**inputs)
