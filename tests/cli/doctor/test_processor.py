from st_keras.cli.doctor import processor as module
from st_keras.cli.doctor.processor import processor


def test_instructions(tmp_path, monkeypatch):
    file = tmp_path / "cpuinfo"
    file.write_text("model name\t: Fast 9\nflags\t\t: fpu avx2 amx_bf16 avx512_bf16\n")
    monkeypatch.setattr(module, "_CPUINFO", str(file))
    found = processor()
    assert found["name"] == "Fast 9"
    assert found["instructions"] == ["avx2", "avx512_bf16", "amx_bf16"]
    monkeypatch.setattr(module, "_CPUINFO", str(tmp_path / "none"))
    assert processor()["instructions"] == []
