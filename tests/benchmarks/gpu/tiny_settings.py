"""Settings of the smoke form, as a row in its process is told them."""

from benchmarks.gpu.options import checked, parsed, settings_of


def tiny_settings():
    """Return new settings, without golden files."""
    settings = settings_of(checked(parsed(["--smoke", "--filters=4"])))
    settings.golden = None
    settings.parity = {"filters": (4,), "size": 16, "kernel_size": 3}
    return settings
