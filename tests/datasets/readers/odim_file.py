"""A small composite as ODIM_H5 has them."""

import h5py
import numpy as np

PROJECTION = "+proj=laea +lat_0=55.0 +lon_0=10.0 +x_0=1950000.0 +y_0=-2100000.0 +ellps=WGS84"
WHERE = {
    "projdef": np.bytes_(PROJECTION),
    "LL_lon": -10.4346,
    "LL_lat": 31.7462,
    "UR_lon": 57.8120,
    "UR_lat": 67.6210,
    "xscale": 2000.0,
    "yscale": 1000.0,
}


def write_odim(path, *images, kind="COMP", where=None, what=None, convention="ODIM_H5/V2_3"):
    """Write images: dicts of "codes", "quantity" and what else is in their group `what`.

    "own" of an image is what stands in a `what` beside its data, rather than with the dataset.
    """
    with h5py.File(path, "w") as file:
        file.attrs["Conventions"] = np.bytes_(convention)
        file.create_group("what").attrs.update(
            {
                "object": np.bytes_(kind),
                "date": np.bytes_("20260101"),
                "time": np.bytes_("001500"),
                "source": np.bytes_("ORG:247"),
                **(what or {}),
            }
        )
        shape = images[0]["codes"].shape
        sizes = {"ysize": shape[0], "xsize": shape[1]}
        file.create_group("where").attrs.update(WHERE | sizes if where is None else where)
        for number, image in enumerate(images, 1):
            image = dict(image)
            dataset = file.create_group(f"dataset{number}")
            data = dataset.create_group("data1")
            data["data"] = image.pop("codes")
            own = image.pop("own", None)
            dataset.create_group("what").attrs.update(image)
            if own:
                data.create_group("what").attrs.update(own)
    return str(path)
