"""Binder builds what we mean it to: repo2docker's own detection says so."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


# Whatever comes before requirements.txt, a Dockerfile say, or a folder binder/, would win.
@pytest.mark.filterwarnings("ignore:pythonjsonlogger.jsonlogger:DeprecationWarning")
def test_repo2docker_picks_the_python_of_runtime_txt_and_requirements_txt(monkeypatch):
    from repo2docker.app import Repo2Docker  # warns as it loads

    monkeypatch.chdir(ROOT)
    packs = (kind("image") for kind in Repo2Docker().buildpacks)
    found = next(pack for pack in packs if pack.detect())
    assert type(found).__name__ == "PythonBuildPack"
    assert f"python-{found.python_version}" == (ROOT / "runtime.txt").read_text().strip()


def test_requirements_bring_the_package_and_the_extension_of_jupyterlab():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert "-e ." in lines
    assert [line for line in lines if line.startswith("jupyterlab-myst==")]
