"""The public names, as a list that is changed on purpose; each is documented."""

import inspect

import pytest

import st_keras
from tests.conformance.registry import public_modules, public_symbols

PUBLIC = {
    "st_keras": """
        __version__ baselines cells datasets distributions export integrations layers losses metrics
        models ops plots training tuning""",
    "st_keras.baselines": """
        Advection Baseline Climatology Extrapolation FrameAdvection Persistence SPROG
        UntrainedNowcaster Zero baseline_names make_baseline make_frame_baseline
        register_baseline""",
    "st_keras.cells": """
        ActionConditionedModeCell ActionConditionedSpatioTemporalLSTMCell ConvLSTMCell ModeCell
        RolloutCell SpatioTemporalLSTMCell StackCell ZigzagStackCell""",
    "st_keras.datasets": """
        ActionSequenceDataset AdvectedRain DIGIT_MODES DigitMode FactorGrid Forecast FrameReading
        Frames Grid ImageGrid ImportanceSampling KittiMasks LatentPairs MixedModes MixtureOfDatasets
        MovingDigits NaturalSprites PairSource PublishedDataset PublishedFrames RainSample Reader
        SequenceDataset Sprites Tracks as_rain_rate augment check_same_grid detect_digit_file
        from_pysteps inspect_frames load_array_file load_cars3d load_digit_images load_dsprites
        load_factor_grid load_mpi3d load_shapes3d load_small_norb open_forecast open_frames
        published_dataset published_names register_dataset register_reader sample_rain truth_of
        write_forecast""",
    "st_keras.distributions": """
        GeneralizedNormalTransitionPrior LaplaceTransitionPrior
        cross_entropy_normal_generalized_normal cross_entropy_normal_laplace
        cross_entropy_standard_normal diagonal_gaussian kl_normal_laplace kl_standard_normal
        normal_entropy standard_normal""",
    "st_keras.export": """
        DevelopmentServer ServingClient ServingError assign_reference_weights export_saved_model
        export_torch_checkpoint import_torch_checkpoint next_version""",
    "st_keras.integrations": """
        pysteps xarray""",
    "st_keras.integrations.pysteps": """
        forecast register""",
    "st_keras.integrations.xarray": """
        forecast""",
    "st_keras.layers": """
        AdvectionPaths Asinh BandAutoregression ChannelTransforms Clip Decibel FrameDecoder
        FrameEncoder FrameNormalization FrameTransform FramesToPatches LogScale PatchesToFrames
        Power Quantile ReflectivityRainRate SpatioTemporalRNN SteadyMotion TransformChain Warp
        build_transform""",
    "st_keras.losses": """
        BalancedMAE BalancedMSE CRPSLoss FrameLoss LeadTimeWeights PinballLoss SoftCSI
        build_loss""",
    "st_keras.metrics": """
        disentanglement modes radar video""",
    "st_keras.metrics.disentanglement": """
        Evaluation PROTOCOLS Score beta_vae_score dci evaluate explicitness factor_vae_score mcc
        mig modularity sap scores_table udr""",
    "st_keras.metrics.modes": """
        CollapseGap ImportanceSeparation a_distance a_distance_matrix collapse_gap
        importance_separation mode_errors mode_silhouette tsne_embedding""",
    "st_keras.metrics.radar": """
        CRPSSums CSI ContingencyTable ErrorSums EventAccuracy F1 FAR FSS FractionSums FrequencyBias
        GSS HSS HanssenKuipers Interval MCC POD PROTOCOLS ProbabilityTable RainComparison
        RainProtocol RainRatio RainSums SuccessRatio block_bootstrap compare_rain contingency
        contingency_scores crps crps_sums error_sums fraction_sums fss probability_table
        rain_errors rain_sums rain_table rank_histogram score_rain spread_skill
        stated_probability_table""",
    "st_keras.metrics.video": """
        FRAME_PROTOCOLS FrameComparison FrameMAE FrameMSE FrameProtocol PROTOCOLS PSNR
        PerLeadTimeMetric RMSE SSIM common_pixels compare_frames frame_table persistence_forecast
        register_score score_forecasts scores_table skill ssim_uniform""",
    "st_keras.models": """
        ActionConditionedModeRNN ActionConditionedPredRNN ConvLSTM ModeRNN ModelFamily
        NextFrameNetwork Nowcaster PredRNN RainDistribution SlowVAE memory_features
        register_family""",
    "st_keras.ops": """
        channel_similarity frames_to_patches memory_update patches_to_frames split_gates""",
    "st_keras.plots": """
        active_units archive_picture code_factor_matrix forecast_gif forecast_strip latent_traversal
        latent_traversal_gif lead_time_curves learning_curves memory_decoupling mode_embedding
        mode_gaps rank_histograms reliability_diagram sampling_curve score_intervals slot_maps
        threshold_map training_curve transition_histogram traversal_codes tuning_history""",
    "st_keras.training": """
        ExactResume Forecaster NaNGuard ProbabilitySchedule RECIPES ReverseScheduledSampling
        SAMPLINGS ScheduledSampling StepLimit TensorBoardRecords TimeBudget build_sampling
        make_strategy""",
    "st_keras.tuning": """
        ModeRNNHyperModel NowcasterHyperModel PredRNNHyperModel SlowVAEHyperModel""",
}


def test_no_module_came_or_went():
    assert set(public_modules()) == set(PUBLIC)


@pytest.mark.parametrize("module", PUBLIC)
def test_names_of_the_module(module):
    names = public_modules()[module].__all__
    assert sorted(names) == sorted(PUBLIC[module].split())
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", public_symbols())
def test_everything_public_is_documented(name):
    symbol = public_symbols()[name]
    assert symbol.__doc__ and symbol.__doc__.strip()
    if not inspect.isclass(symbol):
        return
    own = {
        key: value
        for key, value in vars(symbol).items()
        if not key.startswith("_")
        and (callable(value) or isinstance(value, (property, classmethod)))
    }
    assert [
        key for key, value in own.items() if not inspect.getdoc(getattr(symbol, key, value))
    ] == []


def test_every_module_is_documented_and_reachable():
    for name, module in public_modules().items():
        assert module.__doc__, name
        assert name == "st_keras" or name.removeprefix("st_keras.").split(".")[0] in dir(st_keras)


def test_unknown_name():
    with pytest.raises(AttributeError, match="module 'st_keras' has no attribute 'modells'"):
        st_keras.modells  # noqa: B018  (looking the name up is the test)


def test_version_is_stated_once():
    import importlib.metadata

    assert st_keras.__version__.count(".") == 2
    try:
        installed = importlib.metadata.version("st_keras")
    except importlib.metadata.PackageNotFoundError:
        installed = st_keras.__version__  # run from a checkout
    assert installed == st_keras.__version__
