from st_keras.cli.parser import build_parser


def parsed(*more):
    return build_parser().parse_args(["study", "modes", *more])


def test_defaults():
    options = parsed()
    assert options.models == ["predrnn", "modernn", "convlstm"]
    assert options.modes == ["one_digit", "two_digits", "three_digits"]
    assert (options.seeds, options.steps, options.parameters) == (3, 800, 250_000)


def test_lists():
    options = parsed("--models", "modernn,predrnn", "--modes", "straight,accelerating")
    assert options.models == ["modernn", "predrnn"]
    assert options.modes == ["straight", "accelerating"]
