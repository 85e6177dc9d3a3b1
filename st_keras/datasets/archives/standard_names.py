"""CF standard names of what radars show, by its units."""

# https://cfconventions.org: the table of standard names.
STANDARD_NAMES = {
    "mm": "lwe_thickness_of_precipitation_amount",
    "mm/h": "lwe_precipitation_rate",
    "dBZ": "equivalent_reflectivity_factor",
}
