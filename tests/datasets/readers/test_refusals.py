from st_keras.datasets.readers.refusals import (
    check_filled_file,
    choose_variable,
    refuse_unreadable,
)
from tests.refusals import refused


def test_missing_and_empty_files(tmp_path):
    refused("^here: .*no file", check_filled_file, "here", tmp_path / "a")
    (tmp_path / "a").touch()
    refused("^here: .*an empty file", check_filled_file, "here", tmp_path / "a")
    (tmp_path / "a").write_text("1")
    check_filled_file("here", tmp_path / "a")


def test_whatever_a_reader_raises():
    def read():
        with refuse_unreadable("here", "a.raw"):
            raise KeyError("shape")

    refused(r"^here: received 'a\.raw', which does not open \(KeyError: 'shape'\)", read)


def test_variables():
    assert choose_variable("a.h5", "rain", ["rain", "time"]) == "rain"
    assert choose_variable("a.h5", None, ["rain"]) == "rain"
    refused(
        r"2 arrays \(rain, time\).*'a.h5:rain'", choose_variable, "a.h5", None, ["rain", "time"]
    )
    refused("0 arrays", choose_variable, "a.h5", None, [])
    refused("'snow' for 'a.h5'.*one of rain", choose_variable, "a.h5", "snow", ["rain"])
