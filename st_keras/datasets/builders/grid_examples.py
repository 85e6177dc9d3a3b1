"""Features and examples of a grid of images, as TensorFlow Datasets takes them."""

import numpy as np


def grid_features(tfds, spec):
    """Return the features: `image`, and a class label per factor, named `label_<factor>`.

    Args:
        tfds: the module `tensorflow_datasets`.
        spec: `GridSpec`.

    Returns:
        `tfds.features.FeaturesDict`.
    """
    features = {"image": tfds.features.Image(shape=spec.image_shape)}
    for label, size in zip(spec.tfds_labels, spec.factor_sizes, strict=True):
        features[label] = tfds.features.ClassLabel(num_classes=size)
    return tfds.features.FeaturesDict(features)


def grid_examples(spec, blocks):
    """Yield `(key, example)`; the key is the row of the image in a row-major stack.

    Args:
        spec: `GridSpec`.
        blocks: iterable of `(factors, images)`: int (n, factors) and uint8 (n, H, W, C).

    Example:
    >>> from st_keras.datasets.pairs.grid_specs import GridSpec
    >>> spec = GridSpec("dots", ("y", "x"), (2, 3), (1, 1, 1), (), "", tfds_labels=("y", "x"))
    >>> next(grid_examples(spec, [(np.array([[1, 2]]), np.zeros((1, 1, 1, 1), "uint8"))]))
    (5, {'image': array([[[0]]], dtype=uint8), 'y': 1, 'x': 2})
    """
    for factors, images in blocks:
        for row, image in zip(factors, images, strict=True):
            labels = (int(value) for value in row)
            example = {"image": image, **dict(zip(spec.tfds_labels, labels, strict=True))}
            yield int(np.ravel_multi_index(tuple(row), spec.factor_sizes)), example
