"""The pins, the metadata and the lock file agree with each other and with what is installed."""

import ast
import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
PACKAGE = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))


def lines_of(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def pins_of(name):
    """Return the requirements of a pinned file by canonical name; a name stands once."""
    requirements = [Requirement(line) for line in lines_of(name) if line != "-e ."]
    pins = {canonicalize_name(requirement.name): requirement for requirement in requirements}
    assert len(pins) == len(requirements)
    return pins


def version_of(pin):
    (specifier,) = pin.specifier
    return Version(specifier.version)


def ranges(*groups):
    project = PROJECT["project"]
    names = list(project["dependencies"])
    for extra in project["optional-dependencies"].values():
        names += extra
    for group in groups:
        names += PROJECT["dependency-groups"][group]
    return [Requirement(name) for name in names]


PINS = pins_of("requirements.txt")
BENCH_PINS = pins_of("requirements-bench.txt")


@pytest.mark.parametrize("requirement", ranges("book", "test"), ids=str)
def test_the_pin_lies_in_the_range_that_pyproject_gives(requirement):
    pin = PINS[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(version_of(pin))
    assert pin.marker is None or requirement.marker is not None


def test_what_is_only_measured_against_is_pinned_apart():
    names = {canonicalize_name(Requirement(n).name) for n in PROJECT["dependency-groups"]["bench"]}
    assert names
    assert names <= BENCH_PINS.keys()
    assert names.isdisjoint(PINS)


def test_bench_pins_move_nothing_that_the_book_pins():
    shared = BENCH_PINS.keys() & PINS.keys()
    assert "numpy" in shared
    assert all(BENCH_PINS[name].specifier == PINS[name].specifier for name in shared)


def test_every_pin_is_one_exact_version_and_no_address():
    pins = [*PINS.values(), *BENCH_PINS.values()]
    inexact = [str(pin) for pin in pins if [s.operator for s in pin.specifier] != ["=="]]
    wild = [str(pin) for pin in pins if pin.url or "*" in str(pin.specifier)]
    assert len(pins) > 100
    assert inexact == []
    assert wild == []


def test_the_package_itself_is_installed_from_the_checkout():
    assert lines_of("requirements.txt").count("-e .") == 1


def test_mcalclib_has_no_upper_bounds():
    project = PROJECT["project"]
    bounds = [s for name in project["dependencies"] for s in Requirement(name).specifier]
    assert len(bounds) == len(project["dependencies"])
    assert {bound.operator for bound in bounds} == {">="}


def needed_here():
    return [pin for pin in PINS.values() if pin.marker is None or pin.marker.evaluate()]


def test_every_pin_is_what_is_installed():
    pinned = {pin.name: str(version_of(pin)) for pin in needed_here()}
    assert {name: metadata.version(name) for name in pinned} == pinned


def test_whatever_a_pinned_package_needs_is_pinned_too():
    unmet = []
    for pin in needed_here():
        for need in map(Requirement, metadata.requires(pin.name) or []):
            # Without an extra: which extras are asked for, only the resolver knows.
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                found = PINS.get(canonicalize_name(need.name))
                if found is None or not need.specifier.contains(version_of(found), True):
                    unmet.append(f"{pin.name} needs {need}, pinned is {found}")
    assert unmet == []


def imports_of(room):
    """Return the top-level modules that the files of a room import from elsewhere."""
    found = set()
    for path in (ROOT / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                found.add(node.module.split(".")[0])
    return found - sys.stdlib_module_names


def closure(requirements):
    """Return what the requirements bring along, by canonical name."""
    names, todo = set(), list(requirements)
    while todo:
        need = todo.pop()
        name = canonicalize_name(need.name)
        if name not in names and (need.marker is None or need.marker.evaluate({"extra": ""})):
            names.add(name)
            todo += map(Requirement, metadata.requires(name) or [])
    return names


@cache  # reads the metadata of every installed package
def distributions():
    return metadata.packages_distributions()


def providers(module):
    return {canonicalize_name(name) for name in distributions().get(module, [])}


def test_mcalclib_imports_only_what_it_brings_along():
    brought = closure(ranges())
    foreign = {module for module in imports_of("mcalclib") if not providers(module) & brought}
    assert foreign - {"mcalclib"} == set()


@pytest.mark.parametrize("room", ["_ext", "tools", "tests"])
def test_every_import_is_pinned(room):
    modules = imports_of(room)
    assert modules
    files = {path.stem for path in (ROOT / room).rglob("*.py")}
    own = files | {path.name for path in ROOT.iterdir()}
    unpinned = {module for module in modules - own if not providers(module) & PINS.keys()}
    assert unpinned == set()


def test_binder_runs_the_oldest_python_that_the_package_allows():
    (line,) = lines_of("runtime.txt")
    assert re.fullmatch(r"python-\d+\.\d+", line)
    oldest = line.removeprefix("python-")
    allowed = SpecifierSet(PROJECT["project"]["requires-python"])
    major, minor = map(int, oldest.split("."))
    assert allowed.contains(oldest)
    assert not allowed.contains(f"{major}.{minor - 1}")


def test_the_lock_file_names_no_registry_and_fixes_every_byte():
    packages = {name: entry for name, entry in LOCK["packages"].items() if name}
    assert packages
    assert not [name for name, entry in packages.items() if "resolved" in entry]
    assert not [name for name, entry in packages.items() if "integrity" not in entry]


def test_the_lock_file_was_made_from_package_json():
    top = LOCK["packages"][""]
    for kind in ("dependencies", "devDependencies"):
        assert top[kind] == PACKAGE[kind]
        for name, version in PACKAGE[kind].items():
            assert LOCK["packages"][f"node_modules/{name}"]["version"] == version


def test_pages_get_the_katex_that_renders_them():
    from sphinxcontrib import katex

    assert PACKAGE["dependencies"]["katex"] == katex.katex_version


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel from a copy, so that nothing is written into the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "mcalclib", folder / "mcalclib", ignore=ignore)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, folder / name)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", "dist", "."], cwd=folder, check=True)
    (path,) = (folder / "dist").glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(wheel):
    tracked = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "mcalclib").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    inside = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert inside == tracked


def test_the_wheel_carries_the_licence(wheel):
    assert [name for name in wheel.namelist() if name.endswith("licenses/LICENSE")]


def test_the_wheel_asks_for_the_light_dependencies_only(wheel):
    (name,) = (name for name in wheel.namelist() if name.endswith("/METADATA"))
    lines = wheel.read(name).decode().splitlines()
    needs = [
        Requirement(line.split(": ", 1)[1]) for line in lines if line.startswith("Requires-Dist")
    ]
    light = {need.name for need in needs if need.marker is None}
    assert light == {"numpy", "scipy", "sympy", "matplotlib", "ipywidgets"}


def test_import_loads_neither_matplotlib_nor_ipywidgets_nor_sympy():
    code = "import sys, mcalclib; print(sorted(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {name.split(".")[0] for name in ast.literal_eval(run.stdout)}
    assert "mcalclib" in loaded
    assert loaded.isdisjoint({"matplotlib", "ipywidgets", "sympy"})


def tracked_text():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file():
            data = path.read_bytes()
            if b"\0" not in data:
                yield name, data.decode("utf-8")


def test_no_file_names_a_folder_of_the_machine_it_was_written_on():
    home = re.compile(r"(?<![\w.~])/(?:home|Users|root)/[A-Za-z]")
    places = [str(ROOT) + "/", sys.prefix + "/"]
    found = [
        name
        for name, text in tracked_text()
        if home.search(text) or any(place in text for place in places)
    ]
    assert found == []


def test_the_readme_opens_with_the_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    first_block = text.split("```")[1]
    assert re.findall(r"^make (\w+)", first_block, flags=re.MULTILINE) == ["book", "test"]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_every_make_target_that_is_written_about_exists(name):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE))
    text = (ROOT / name).read_text(encoding="utf-8")
    written = set(re.findall(r"(?:`|^)make ([a-z]+)", text, flags=re.MULTILINE))
    assert written
    assert written <= targets


def test_the_code_in_the_readme_does_what_its_comment_says():
    import numpy as np

    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    *statements, last = ast.parse(block).body
    names = {}
    exec(compile(ast.Module(statements, []), "README.md", "exec"), names)  # noqa: S102
    value = eval(compile(ast.Expression(last.value), "README.md", "eval"), names)
    inverse = np.array([[1 / 2, -1 / 6], [0, 1 / 3]])  # of [[2, 1], [0, 3]], by hand
    np.testing.assert_allclose(value, -inverse @ inverse, rtol=1e-14)
