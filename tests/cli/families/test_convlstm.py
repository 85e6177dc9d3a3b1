from tests.cli.families.test_forecaster_family import check_family


def test_its_settings_are_arguments_of_its_classes():
    check_family("convlstm")
