"""Forecasts as files that other tools open: NetCDF and Zarr by the CF conventions."""
