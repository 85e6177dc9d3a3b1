"""The published files of MPI3D."""

from st_keras.datasets.pairs.grid_specs import GRIDS
from st_keras.datasets.pairs.grid_stack import fill_stack, grid_points
from st_keras.datasets.pairs.npz_blocks import read_npz_blocks
from st_keras.validation import check_one_of

MPI3D_VARIANTS = ("toy", "realistic", "real")


def load_mpi3d(path, variant="real", cache=None, verbose=1):
    """Load MPI3D from its npz file: a robot arm that holds an object, seven factors.

    Args:
        path: str or path of `mpi3d_real.npz`, `mpi3d_toy.npz` or `mpi3d_realistic.npz`, with
            `images` uint8 (N, 64, 64, 3) in row-major order of the factors.
        variant: "real" (default; photographs, 1,036,800 images), "toy" (simple rendering) or
            "realistic" (460,800 each).
        cache: path of a `.npy` file in which the images are kept, 12.7 GB for "real", and from
            which they are mapped; None (default) keeps them in memory.
        verbose: 1 (default) shows a progress bar, 0 none.

    Returns:
        `ImageGrid` of 64x64x3 images.

    Raises:
        ValueError: if the file is missing, damaged, or not of this variant.

    References:
        Gondal et al.: On the Transfer of Inductive Bias from Simulation to the Real World: a New
        Disentanglement Dataset, NeurIPS 2019, https://arxiv.org/abs/1906.03292
    """
    where = "load_mpi3d"
    check_one_of(where, "variant", variant, MPI3D_VARIANTS)
    spec = GRIDS[f"mpi3d_{variant}"]
    blocks = read_mpi3d_blocks(where, path, spec)
    return spec.grid(fill_stack(where, spec, blocks, cache, verbose))


def read_mpi3d_blocks(where, path, spec):
    """Yield `(factors, images)` of a file: int64 (n, 7) and uint8 (n, 64, 64, 3), in file order."""
    start = 0
    for images in read_npz_blocks(where, path, "images", spec.image_shape, len(spec)):
        yield grid_points(spec, start, start + len(images)), images
        start += len(images)
