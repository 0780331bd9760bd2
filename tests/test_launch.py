"""Binder builds what we mean it to: repo2docker's own detection says so where it is installed.

`pip install jupyter-repo2docker` to run the first test; it is no part of the environment, because
nothing else here needs it.
"""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# What repo2docker prefers to requirements.txt, by its documentation, most preferred first; in the
# root or in binder/ or .binder/.
PREFERRED = [
    *("Dockerfile", "environment.yml", "environment.yaml", "Pipfile", "Pipfile.lock"),
    *("Project.toml", "JuliaProject.toml", "REQUIRE", "install.R", "DESCRIPTION", "default.nix"),
]


def test_repo2docker_picks_the_python_of_runtime_txt_and_requirements_txt(monkeypatch):
    app = pytest.importorskip("repo2docker.app", reason="jupyter-repo2docker is not installed")
    monkeypatch.chdir(ROOT)
    found = next(
        pack for pack in (kind("image") for kind in app.Repo2Docker().buildpacks) if pack.detect()
    )
    assert type(found).__name__ == "PythonBuildPack"
    assert f"python-{found.python_version}" == (ROOT / "runtime.txt").read_text().strip()


def test_nothing_stands_before_requirements_txt():
    assert (ROOT / "requirements.txt").is_file()
    folders = [ROOT, ROOT / "binder", ROOT / ".binder"]
    assert not folders[1].exists() and not folders[2].exists()  # they would hide the root's files
    assert [name for name in PREFERRED for folder in folders if (folder / name).exists()] == []


def test_requirements_bring_the_package_and_the_extension_of_jupyterlab():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert "-e ." in lines
    assert [line for line in lines if line.startswith("jupyterlab-myst==")]
