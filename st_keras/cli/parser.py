"""The grammar of `st-keras`: commands, flags, their ranges and defaults."""

from st_keras.choices import NETWORKS, PRECISIONS, WEIGHTS_DTYPES
from st_keras.cli import flag_types as types
from st_keras.cli.argument_parser import Parser
from st_keras.cli.array_flags import add_array_flags, add_axes_flag
from st_keras.cli.data_spec import check_data
from st_keras.cli.doctor import flags as doctor_flags
from st_keras.cli.evaluate_flags import check_one_kind
from st_keras.cli.modes import flags as modes_flags
from st_keras.cli.network_flags import add_network_flags, add_recipe_flags
from st_keras.cli.run_flags import add_deterministic_flag, add_device_flags, add_out_flags
from st_keras.cli.slowvae import flags as slowvae_flags
from st_keras.cli.tune import flags as tune_flags
from st_keras.export.serving import limits
from st_keras.validation import error

MODELS = (*NETWORKS, "slowvae")
DATA_HELP = (
    "'digits' (embedded), 'modes' or 'modes:NAME,NAME' (digits in several "
    "modes of motion), a Keras digit file such as mnist.npz, or frames (N,T,H,W[,C]) or "
    "(T,H,W[,C]) in a .npy, .npz or .h5 file (FILE.npz:KEY or FILE.h5:DATASET picks an array)"
)


def build_parser():
    """Return the parser. Its result has `command` and one attribute per flag of that command."""
    parser = Parser(prog="st-keras", description="Spatiotemporal prediction: train, score, serve.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_demo(commands)
    _add_train(commands)
    _add_evaluate(commands)
    _add_forecast(commands)
    _add_export(commands)
    _add_serve(commands)
    _add_import(commands)
    _add_preset(commands)
    _add_study(commands)
    _add_tune(commands)
    _add_launch(commands)
    _add_doctor(commands)
    return parser


def _add_command(commands, name, text):
    return commands.add_parser(name, help=text, description=text, allow_abbrev=False)


def _add_models(commands, name, text, default_model=None):
    """Add a command that begins with a MODEL, each with flags of its own."""
    parser = _add_command(commands, name, text)
    parser.default_model = default_model
    return parser.add_subparsers(dest="model", required=True, metavar="MODEL")


def _add_demo(commands):
    text = "Train a small model within five minutes, score it, draw it."
    models = _add_models(commands, "demo", text, default_model="predrnn")
    for model, text, data in (
        ("predrnn", "Forecast moving digits (the default).", "digits"),
        ("modernn", "Forecast digits in several modes of motion; show the slots.", "modes"),
    ):
        parser = _add_command(models, model, text)
        _add_data_flag(parser, default=data)
        _add_demo_flags(parser)
        _add_window_flags(parser)
        _add_fit_flags(parser)
    parser = _add_command(models, "slowvae", "Disentangle moving sprites.")
    slowvae_flags.add_data_flags(parser, default="sprites")
    _add_demo_flags(parser)
    slowvae_flags.add_fit_flags(parser, steps=slowvae_flags.DEMO_STEPS)
    _add_run_flags(parser)


def _add_train(commands):
    text = "Train a model and save it; --replay run.json in place of MODEL repeats a recorded run."
    models = _add_models(commands, "train", text)
    commands.choices["train"].replays = True
    for model, text in (
        ("predrnn", "Train PredRNN or PredRNN-V2."),
        ("modernn", "Train ModeRNN, with slots for mixed dynamics."),
        ("convlstm", "Train the ConvLSTM baseline."),
    ):
        parser = _add_command(models, model, text)
        _add_data_flag(parser, required=True)
        add_out_flags(parser)
        _add_window_flags(parser)
        _add_fit_flags(parser)
        add_network_flags(parser, model)
        add_recipe_flags(parser, model)
        add_device_flags(parser)
        add_deterministic_flag(parser)
    parser = _add_command(models, "slowvae", "Train SlowVAE, or a beta-VAE with --gamma 0.")
    slowvae_flags.add_data_flags(parser)
    add_out_flags(parser)
    slowvae_flags.add_model_flags(parser)
    slowvae_flags.add_fit_flags(parser)
    _add_run_flags(parser)
    add_device_flags(parser)
    add_deterministic_flag(parser)
    parser = _add_command(models, "recorded", "What --replay run.json stands for.")
    parser.add_argument(
        "--replay", type=types.path, required=True, metavar="RUN.json", help="record of the run"
    )
    add_out_flags(parser)
    _add_time_flag(parser)
    add_device_flags(parser)


def _add_evaluate(commands):
    parser = _add_command(
        commands, "evaluate", "Score a trained model: forecasts beside persistence, or codes."
    )
    _add_model_file(parser)
    parser.add_argument(
        "--data", help=f"of a forecaster: {DATA_HELP}. Of a SlowVAE: {slowvae_flags.DATA_HELP}"
    )
    parser.add_argument("--out", type=types.path, required=True, help="new folder for the scores")
    group = parser.add_argument_group("forecasters")
    group.add_argument("--horizon", type=types.whole(1), help="frames (default: as trained)")
    _add_stride_flag(group)
    add_array_flags(group, as_trained=True)
    group.add_argument("--sequences", type=types.whole(1), help="test sequences (default: 64)")
    group.add_argument("--batch-size", type=types.whole(1), help="sequences at once (default: 8)")
    group = parser.add_argument_group("SlowVAE")
    slowvae_flags.add_pair_flags(group)
    slowvae_flags.add_protocol_flag(group)
    group.add_argument("--seed", type=types.whole(0, 2**32 - 1), help="of the images (default: 0)")
    parser.checks = (check_one_kind,)


def _add_forecast(commands):
    parser = _add_command(commands, "forecast", "Forecast what follows the end of each sequence.")
    _add_model_file(parser)
    parser.add_argument(
        "--data", required=True, help="frames in a .npy, .npz or .h5 file, as for train"
    )
    parser.add_argument("--out", type=types.name(".npy"), required=True, help="new .npy file")
    parser.add_argument("--horizon", type=types.whole(1), default=10, help="frames (default: 10)")
    parser.add_argument(
        "--context-length", type=types.whole(1), help="frames read (default: as in training)"
    )
    add_array_flags(parser, as_trained=True)
    parser.add_argument("--batch-size", type=types.whole(1), default=8)


def _add_export(commands):
    parser = _add_command(commands, "export", "Write a trained model as a SavedModel.")
    _add_model_file(parser)
    parser.add_argument(
        "--out", type=types.path, required=True, help="new folder, such as nowcast/1"
    )
    parser.add_argument(
        "--next-version",
        action="store_true",
        help="--out is the folder above: write the next number in it, as TF Serving wants",
    )
    parser.add_argument(
        "--warmup",
        nargs="?",
        const=True,
        type=types.path,
        metavar="FILE.npy",
        help="add requests for TF Serving to warm up with, of the first sequences or images of a "
        "file (default: of zeros)",
    )
    for name, default, text in (
        ("--max-horizon", None, "largest horizon that is answered (default: as --max-values)"),
        ("--max-batch", None, "most sequences or images in a call (default: as --max-values)"),
        (
            "--max-values",
            limits.MAX_VALUES,
            "values a call may make: frames (4096 at least for each), states or images "
            f"(default: {limits.MAX_VALUES})",
        ),
    ):
        parser.add_argument(name, type=types.whole(1), default=default, metavar="N", help=text)
    add_axes_flag(parser, as_trained=True)


def _add_serve(commands):
    text = "Serve an exported model on this machine, with TF Serving's protocols; for development."
    parser = _add_command(commands, "serve", text)
    parser.add_argument(
        "path", type=types.path, help="folder with versions, such as nowcast, or one of these"
    )
    parser.add_argument("--model-name", help="name to be asked for (default: the folder's)")
    parser.add_argument("--version", type=types.whole(0), help="default: the highest")
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on (default: 127.0.0.1, this machine alone; there is no "
        "authentication)",
    )
    port = types.whole(0, 65535)
    for name, default, protocol in (("--port", 8500, "gRPC"), ("--rest-port", 8501, "REST")):
        text = f"of {protocol}; 0: a free one (default: {default})"
        parser.add_argument(name, type=port, default=default, help=text)
    for name, default, most, text in (
        ("--max-request-mb", limits.MAX_REQUEST_MB, limits.LARGEST_REQUEST_MB, "largest request"),
        (
            "--max-values",
            limits.MAX_VALUES,
            None,
            "values a request may count as: horizon x pixels, 4096 at least for each frame",
        ),
        ("--threads", limits.THREADS, None, "requests computed at once"),
    ):
        help_text = f"{text} (default: {default})"
        parser.add_argument(name, type=types.whole(1, most), default=default, help=help_text)


def _add_import(commands):
    text = "Make a model file from a checkpoint of the published PyTorch codes."
    parser = _add_command(commands, "import-torch", text)
    parser.add_argument("checkpoint", type=types.path, help=".ckpt, .pth, .safetensors or .npz")
    parser.add_argument("out", type=types.name(".keras"), metavar="OUT.keras", help="new file")
    parser.add_argument(
        "--image-shape",
        type=types.image_shape,
        metavar="H,W,C",
        help="of the frames, such as 64,64,1 (SlowVAE needs none)",
    )
    parser.add_argument(
        "--context-length",
        type=types.whole(1),
        default=10,
        help="frames observed before a forecast (default: 10)",
    )


def _add_preset(commands):
    text = "Save a trained model as a folder of small files: config, weights, where it comes from."
    parser = _add_command(commands, "preset", text)
    _add_model_file(parser)
    parser.add_argument("--out", type=types.path, required=True, help="new folder")
    parser.add_argument(
        "--weights-dtype", choices=WEIGHTS_DTYPES, default="float32", help="default: float32"
    )
    parser.add_argument("--scores", type=types.path, help="scores.json to be kept with it")
    parser.add_argument(
        "--manifest", action="store_true", help="list it in manifest.json beside the folder"
    )


def _add_model_file(parser):
    parser.add_argument("model_file", type=types.path, metavar="MODEL.keras", help="or a preset")


def _add_data_flag(parser, **keywords):
    parser.add_argument("--data", help=DATA_HELP, **keywords)
    parser.checks = (*parser.checks, check_data)


def _add_window_flags(parser):
    group = parser.add_argument_group("windows")
    group.add_argument("--context-length", type=types.whole(1), default=10, help="default: 10")
    group.add_argument("--horizon", type=types.whole(1), default=10, help="default: 10")
    _add_stride_flag(group)
    add_array_flags(group)


def _add_stride_flag(group):
    group.add_argument("--stride", type=types.whole(1), help="frames between windows (default: 1)")


def _add_fit_flags(parser):
    group = parser.add_argument_group("training")
    group.add_argument("--steps", type=types.whole(1), help="batches (default: as the preset)")
    group.add_argument("--batch-size", type=types.whole(1), help="default: as the preset")
    group.add_argument("--seed", type=types.whole(0, 2**32 - 1), default=0, help="default: 0")
    _add_run_flags(group)


def _add_run_flags(parser):
    parser.add_argument("--precision", choices=PRECISIONS, default="float32")
    _add_time_flag(parser)


def _add_time_flag(parser):
    parser.add_argument(
        "--max-minutes", type=types.number(0.01), help="stop training after so long"
    )


def _add_demo_flags(parser):
    parser.add_argument("--out", type=types.path, help="new folder (default: st_keras_demo[-N])")


def _add_study(commands):
    text = "Train methods on the same data with several seeds; scores with intervals."
    subjects = _add_models(commands, "study", text)
    parser = _add_command(
        subjects, "modes", "Forecasters on a mixture of modes, and on each alone."
    )
    _add_study_folder(parser, seeds=3)
    modes_flags.add_study_flags(parser)
    parser.add_argument("--precision", choices=PRECISIONS, default="float32")
    parser = _add_command(subjects, "slowvae", "SlowVAE and beta-VAE.")
    slowvae_flags.add_data_flags(parser, default="sprites")
    _add_study_folder(parser, seeds=5)
    slowvae_flags.add_fit_flags(parser)
    slowvae_flags.add_protocol_flag(parser)


def _add_study_folder(parser, seeds):
    parser.add_argument(
        "--out",
        type=types.path,
        help="folder, new or of a study to go on with (default: st_keras_study[-N])",
    )
    text = f"how many (default: {seeds})"
    parser.add_argument("--seeds", type=types.whole(1), default=seeds, help=text)


def _add_tune(commands):
    text = "Search for good settings with keras-tuner, each trial in a process of its own."
    models = _add_models(commands, "tune", text)
    for model, text in (
        ("predrnn", "Search among PredRNNs and how they are trained."),
        ("modernn", "Search among ModeRNNs and how they are trained."),
    ):
        parser = _add_command(models, model, text)
        _add_data_flag(parser, required=True)
        add_out_flags(parser)
        tune_flags.add_tune_flags(parser, model)
        _add_window_flags(parser)
    parser = _add_command(models, "slowvae", "Search among SlowVAEs, by MCC or UDR.")
    slowvae_flags.add_data_flags(parser)
    add_out_flags(parser)
    tune_flags.add_tune_flags(parser, "slowvae")


def _add_launch(commands):
    text = "Train with several processes on this machine: launch --workers 2 -- train ..."
    parser = _add_command(commands, "launch", text)
    parser.launches = True
    parser.usage = "%(prog)s [--workers N] -- train ..."
    parser.epilog = (
        "The workers share the devices of the machine: GPUs are not split among them. With GPUs "
        "leave launch out, and use train --strategy mirrored: one process, one replica on each. "
        "TensorFlow's workers listen on all network interfaces and know no authentication: launch "
        "them in a trusted network, or behind a firewall."
    )
    parser.add_argument("--workers", type=types.whole(1), default=2, help="default: 2")
    parser.checks = (_check_launched,)


def _check_launched(options):
    """Refuse what no worker could run."""
    if options.inner[:1] != ["train"]:
        what = f"{options.inner[0]!r} after --" if options.inner else "nothing after --"
        example = "Write st-keras launch --workers 2 -- train, and its arguments."
        raise error("st-keras launch", what, "a train command behind --", example)
    build_parser().parse_args(options.inner)


def _add_doctor(commands):
    text = "Look at this machine; predict the memory of a training step, and the largest batch."
    models = _add_models(commands, "doctor", text, default_model=doctor_flags.MACHINE)
    text = "The machine alone, or with --model MODEL.keras a saved model too (the default)."
    parser = _add_command(models, doctor_flags.MACHINE, text)
    doctor_flags.add_machine_flags(parser, PRECISIONS)
    for model in NETWORKS:
        text = f"A {NETWORKS[model]} with the flags of train."
        parser = _add_command(models, model, text)
        doctor_flags.add_network_size_flags(parser, model, PRECISIONS)
        add_network_flags(parser, model)
        add_recipe_flags(parser, model)
    parser = _add_command(models, "slowvae", "A SlowVAE with the flags of train.")
    doctor_flags.add_network_size_flags(parser, "slowvae", PRECISIONS)
    slowvae_flags.add_model_flags(parser)
