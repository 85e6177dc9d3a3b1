import pytest

from st_keras import models
from st_keras.export.reference_names import published_weights_of
from st_keras.models import family as families
from st_keras.models.family import ModelFamily, family, family_names, register_family

TOY = ModelFamily(name="toy", model="st_keras.models.convlstm.convlstm:ConvLSTM")


@pytest.fixture(autouse=True)
def forgotten(monkeypatch):
    monkeypatch.setattr(families, "_REGISTERED", {})


@pytest.fixture
def entry_point(monkeypatch):
    def add(name, value):
        monkeypatch.setattr(families, "entry_points", lambda group: {name: value})

    return add


def test_ours_in_order():
    assert family_names()[:4] == ("predrnn", "modernn", "convlstm", "slowvae")
    classes = [family(name).model_class for name in family_names()[:4]]
    assert classes == [models.PredRNN, models.ModeRNN, models.ConvLSTM, models.SlowVAE]
    assert family("convlstm").published_weights == ()


def test_a_registered_family_is_one_of_them():
    register_family(TOY)
    register_family(TOY)  # as a notebook does that is run again
    assert family("toy") is TOY and family_names()[-1] == "toy"


@pytest.mark.parametrize("name", ["toy", "predrnn"])
def test_a_taken_name_is_refused(name):
    register_family(TOY)
    other = ModelFamily(name=name, model="st_keras.models.modernn.modernn:ModeRNN")
    with pytest.raises(ValueError, match=rf"named '{name}'.*not taken; taken are predrnn, .*toy"):
        register_family(other)


def test_something_else_is_refused():
    with pytest.raises(ValueError, match=r"register_family: received <class.*ModelFamily"):
        register_family(models.ConvLSTM)
    with pytest.raises(ValueError, match=r"name='tyo'"):
        family("tyo")


def test_families_of_other_packages_are_imported_when_named(entry_point):
    entry_point("elsewhere", "tests.models.test_family:TOY")
    assert "elsewhere" in family_names() and family("elsewhere").name == "toy"
    entry_point("absent", "no_such_package.family:TOY")
    assert "absent" in family_names()
    with pytest.raises(ModuleNotFoundError):
        family("absent")
    entry_point("wrong", "st_keras.models.convlstm.convlstm:ConvLSTM")
    with pytest.raises(ValueError, match=r"the entry point 'wrong' of st_keras.families: received"):
        family("wrong")


def test_weights_of_ours_are_named_without_importing_others(entry_point):
    entry_point("absent", "no_such_package.family:TOY")
    network = models.PredRNN(filters=(2,), kernel_size=3, patch_size=1)
    network.build((None, None, 4, 4, 1))
    assert published_weights_of(network).network is models.PredRNN
