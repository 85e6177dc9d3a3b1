"""Sources of frame sequences and pairs as `tf.data` pipelines; nothing here ever sees a model."""

from st_keras.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "array_file": ["detect_digit_file", "load_array_file"],
        "digit_images": ["load_digit_images"],
        "frames": ["Frames", "Grid"],
        "modes.digit_mode": ["DIGIT_MODES", "DigitMode"],
        "modes.mixed_modes": ["MixedModes"],
        "modes.mixture_of_datasets": ["MixtureOfDatasets"],
        "modes.tracks": ["Tracks"],
        "moving_digits": ["MovingDigits"],
        "archive": ["open_frames"],
        "forecast_files.forecast": ["Forecast"],
        "forecast_files.open_forecast": ["open_forecast"],
        "forecast_files.write_forecast": ["write_forecast"],
        "same_grid": ["check_same_grid"],
        "frame_reading": ["FrameReading"],
        "pairs.cars3d_file": ["load_cars3d"],
        "pairs.dsprites_file": ["load_dsprites"],
        "pairs.factor_grid": ["FactorGrid"],
        "pairs.image_grid": ["ImageGrid"],
        "pairs.kitti_masks": ["KittiMasks"],
        "pairs.latent_pairs": ["LatentPairs"],
        "pairs.load_grid": ["load_factor_grid"],
        "pairs.mpi3d_file": ["load_mpi3d"],
        "pairs.natural_sprites": ["NaturalSprites"],
        "pairs.pair_source": ["PairSource"],
        "pairs.shapes3d_file": ["load_shapes3d"],
        "pairs.small_norb_file": ["load_small_norb"],
        "pairs.sprites": ["Sprites"],
        "pysteps_archive": ["from_pysteps"],
        "readers.reader": ["Reader", "register_reader"],
        "sequence_dataset": ["SequenceDataset"],
    },
)
