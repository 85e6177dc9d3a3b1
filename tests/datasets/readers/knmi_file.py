"""A small file as KNMI writes them."""

import h5py
import numpy as np

PROJECTION = "+proj=stere +lat_0=90 +lon_0=0.0 +lat_ts=60.0 +a=6378.137 +b=6356.752 +x_0=0 +y_0=0"


def write_knmi(
    path,
    codes,
    quantity="ACCUMULATED_PRECIPITATION_[MM]",
    formula="GEO=0.01*PV+0.0",
    missing=65534,
    outside=65535,
    end="26-AUG-2010;05:40:00.000",
    projection=PROJECTION,
    images=1,
    geographic=None,
):
    with h5py.File(path, "w") as file:
        overview = file.create_group("overview")
        overview.attrs["product_datetime_start"] = [np.bytes_("26-AUG-2010;05:35:00.000")]
        overview.attrs["product_datetime_end"] = [np.bytes_(end)]
        place = file.create_group("geographic")
        place.attrs.update(
            {
                "geo_row_offset": np.array([3650.0], "float32"),
                "geo_column_offset": np.array([0.0], "float32"),
                "geo_pixel_size_y": np.array([-1.0], "float32"),
                "geo_pixel_size_x": np.array([1.0], "float32"),
                "geo_number_rows": np.array([codes.shape[0]], "int32"),
                "geo_number_columns": np.array([codes.shape[1]], "int32"),
                "geo_dim_pixel": np.bytes_("KM,KM"),
                **(geographic or {}),
            }
        )
        mapping = place.create_group("map_projection")
        mapping.attrs["projection_proj4_params"] = np.bytes_(projection)
        for number in range(1, images + 1):
            image = file.create_group(f"image{number}")
            image["image_data"] = codes + (number - 1)
            name = quantity if number == 1 else f"QUALITY_{number}_[-]"
            image.attrs["image_geo_parameter"] = np.bytes_(name)
            image.attrs["image_product_name"] = np.bytes_("RAD_TEST")
            scale = image.create_group("calibration")
            scale.attrs["calibration_formulas"] = np.bytes_(formula)
            scale.attrs["calibration_missing_data"] = np.array([missing], "int32")
            scale.attrs["calibration_out_of_image"] = np.array([outside], "int32")
    return str(path)
