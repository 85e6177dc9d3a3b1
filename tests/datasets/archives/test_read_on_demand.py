import numpy as np

from st_keras.datasets.archives.read_on_demand import ReadOnDemand


def test_each_time_it_is_read_anew():
    content = np.arange(6).reshape(2, 3)
    values = ReadOnDemand(content.copy, content.shape, "int64")
    assert values.shape == (2, 3) and values.dtype == np.int64 and len(values) == 2
    before = values[:]
    content += 1
    assert before[1, 2] == 5 and values[1, 2] == 6 and values[:, 0].tolist() == [1, 4]
