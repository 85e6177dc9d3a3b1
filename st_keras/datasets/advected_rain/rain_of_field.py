"""Rain rates of a field that knows neither zero nor units."""

LEAST = 0.1  # mm/h: below, it is dry


def rain_of_field(field, weather):
    """Cut a field such that it rains on a share of it, and scale what is left to rain rates.

        g = (field - mean) / sd                                  over the whole sequence
        e = g - z(rain_fraction) + trend (t / (T - 1) - 1/2)      dry where e <= 0
        R = 0.1 (peak / 0.1)^((e / largest e)^concavity)          mm/h

    Args:
        field: float32 tensor (B, T, H, W).
        weather: dict of tensors (B,), of `WeatherRanges.draw`.

    Returns:
        float32 tensor (B, T, H, W, 1), 0 or from 0.1 to `peak`.
    """
    import tensorflow as tf

    of = {name: value[:, None, None, None] for name, value in weather.items() if name != "velocity"}
    mean, variance = tf.nn.moments(field, axes=(1, 2, 3), keepdims=True)
    frames = field.shape[1]
    time = (tf.range(frames, dtype="float32") / max(frames - 1, 1) - 0.5)[:, None, None]
    above = (field - mean) * tf.math.rsqrt(variance) - tf.math.ndtri(1 - of["rain_fraction"])
    above += of["trend"] * time
    wet = above > 0
    share = tf.maximum(above, 0.0) / tf.maximum(tf.reduce_max(above, (1, 2, 3), True), 1e-3)
    growth = tf.math.log(of["peak"] / LEAST) * share ** of["concavity"]
    return tf.where(wet, LEAST * tf.exp(growth), 0.0)[..., None]
