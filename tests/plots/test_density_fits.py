import numpy as np
import pytest
from scipy import stats

from st_keras.plots.density_fits import (
    excess_kurtosis,
    fit_generalized_normal,
    fit_laplace,
    fit_normal,
    generalized_normal_density,
    normal_density,
)

RNG = np.random.default_rng(0)
SAMPLES = {
    power: stats.gennorm.rvs(power, loc=1.0, scale=0.3, size=5000, random_state=RNG)
    for power in (0.5, 1.0, 2.0, 4.0)
}
X = np.linspace(-2, 4, 101)


@pytest.mark.parametrize("x", SAMPLES.values(), ids=map(str, SAMPLES))
def test_normal_and_laplace_equal_scipy(x):
    assert np.allclose(fit_normal(x), stats.norm.fit(x))
    location, rate = fit_laplace(x)
    assert np.allclose((location, 1 / rate), stats.laplace.fit(x))


@pytest.mark.parametrize("power", SAMPLES)
def test_generalized_normal_equals_scipy(power):
    x = SAMPLES[power]
    location, rate, found = fit_generalized_normal(x)
    assert location == np.median(x)
    expected, _, scale = stats.gennorm.fit(x, floc=location)
    assert np.allclose((found, 1 / rate), (expected, scale), rtol=2e-3)
    assert abs(found / power - 1) < 0.1


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_units_change_only_the_rate(scale):
    x = SAMPLES[0.5]
    fit, scaled = fit_generalized_normal(x), fit_generalized_normal(scale * x)
    assert np.allclose([scale * fit[0], fit[1] / scale, fit[2]], scaled)


def test_values_at_the_median():
    x = SAMPLES[1.0] - np.median(SAMPLES[1.0])
    few, most = x.copy(), x.copy()
    few[RNG.random(len(x)) < 0.02] = 0
    most[RNG.random(len(x)) < 0.7] = 0
    assert 0.8 < fit_generalized_normal(few)[2] < 1.0
    assert fit_generalized_normal(most) is None, "the likelihood grows towards power 0"


def test_two_values_have_no_fit():
    assert fit_generalized_normal(np.array([0.0, 1.0] * 5)) is None


def test_densities_equal_scipy():
    assert np.allclose(normal_density(X, 1.0, 0.7), stats.norm.pdf(X, 1.0, 0.7))
    assert np.allclose(generalized_normal_density(X, 1.0, 2.5), stats.laplace.pdf(X, 1.0, 1 / 2.5))
    for power in (0.3, 1.0, 3.0):
        ours = generalized_normal_density(X, 1.0, 2.5, power)
        assert np.allclose(ours, stats.gennorm.pdf(X, power, 1.0, 1 / 2.5))


def test_power_one_is_laplace_and_two_is_normal():
    assert np.allclose(
        generalized_normal_density(X, 0.5, 1 / np.sqrt(2 * 0.7**2), 2.0),
        normal_density(X, 0.5, 0.7),
    )


def test_excess_kurtosis():
    for x in SAMPLES.values():
        assert np.isclose(excess_kurtosis(x), stats.kurtosis(x))
