"""Figures show the numbers they claim, look the same everywhere, and survive dark mode."""

import io
import subprocess
import sys

import matplotlib as mpl
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from numpy.testing import assert_allclose

import mcalclib as mc
from mcalclib.errors import DomainError, ShapeError

plots = mc.plots
W = np.array([[3.0, 1.0], [1.0, 2.0]])


@pytest.fixture(autouse=True)
def clean_figures():
    with mpl.rc_context():
        plots.use_style()
        yield
    plt.close("all")


FIGURES = {
    "tangent_line": lambda: plots.tangent_line(np.exp, 1.0, 0.0, 1.0, (-1, 2)),
    "directional_derivative": lambda: plots.directional_derivative(
        lambda x, y: x * y, [1.0, 2.0], [2.0, 1.0], [1.0, 1.0]
    ),
    "error_against_step": lambda: plots.error_against_step([1.0, 0.1], [1.0, 0.01], slopes=(2,)),
    "gaps_by_trial": lambda: plots.gaps_by_trial([1e-16, 1e-3], 1e-10),
    "gradients": lambda: plots.gradients(
        lambda x, y: x + y**2, [1.0, 2.0], [0.0, 1.0], {"I": None, "W": W}
    ),
    "heat_map": lambda: plots.heat_map(np.kron(np.eye(2), W), blocks=(2, 2)),
    "increment_against_derivative": lambda: plots.increment_against_derivative(
        np.sin, lambda dx: dx, 0.0, 1.0
    ),
    "linear_map": lambda: plots.linear_map(W),
    "network": lambda: plots.network([3, 4, 2]),
    "regression": lambda: plots.regression([0.0, 1.0, 3.0], [1.0, 0.0, 2.0]),
    "surface": lambda: plots.surface(lambda x, y: x**2 * y / (x**2 + y**2)),
}


def svg(fig):
    stream = io.BytesIO()
    fig.savefig(stream, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    return stream.getvalue()


def test_every_public_figure_is_drawn_here():
    assert set(FIGURES) == set(plots.__all__) - {"use_style", "COLORS"}


@pytest.mark.parametrize("name", FIGURES)
def test_figures_are_the_same_bytes_each_time_without_date_and_ground(name):
    first, second = (svg(FIGURES[name]()[0]) for _ in range(2))
    assert first == second
    assert b"<dc:date>" not in first
    assert b"#ffffff" not in first  # no white rectangle behind or inside the figure


@pytest.mark.parametrize("name", FIGURES)
def test_figures_have_numbers_and_letters_of_a_readable_size(name):
    fig, _ = FIGURES[name]()
    assert fig.numbers
    # Scaled down to the 350 pixels that a phone leaves, a letter keeps about 9 pixels.
    scale = min(1.0, 350 / (96 * fig.get_figwidth()))
    texts = [t for t in fig.findobj(mpl.text.Text) if t.get_text() and t.get_visible()]
    assert min(t.get_fontsize() for t in texts) * 96 / 72 * scale > 8.0


# ---------------------------------------------------------------- colours


def luminance(rgb):
    """Relative luminance (WCAG 2.2)."""
    c = np.asarray(rgb)
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(a, b):
    light, dark = sorted([luminance(a), luminance(b)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


def in_dark_mode(rgb):
    """CSS `invert(1) hue-rotate(180deg)` (Filter Effects Module 1, sRGB coefficients)."""
    r, g, b = 0.213, 0.715, 0.072
    rotate = np.array(
        [[2 * r - 1, 2 * g, 2 * b], [2 * r, 2 * g - 1, 2 * b], [2 * r, 2 * g, 2 * b - 1]]
    )
    return np.clip(rotate @ (1 - np.asarray(rgb)), 0, 1)


@pytest.mark.parametrize("name", plots.COLORS)
def test_colours_stand_out_from_light_and_dark_pages(name):
    rgb = mpl.colors.to_rgb(plots.COLORS[name])
    assert contrast(rgb, (1, 1, 1)) >= 4.5  # also for letters in this colour
    assert contrast(in_dark_mode(rgb), mpl.colors.to_rgb("#14181e")) >= 4.5


def test_the_first_three_colours_differ_without_red_or_green_vision():
    # Viénot, Brettel and Mollon (1999), in linear RGB.
    protan = [[0.1121, 0.8853, -0.0005], [0.1127, 0.8897, -0.0001], [0.0045, 0.0, 1.0019]]
    deutan = [[0.2920, 0.7054, -0.0003], [0.2934, 0.7089, 0.0], [-0.0210, 0.0256, 1.0019]]
    linear = [
        np.array(mpl.colors.to_rgb(plots.COLORS[name])) ** 2.2
        for name in ("blue", "orange", "green")
    ]
    for matrix in (protan, deutan):
        seen = [np.clip(np.array(matrix) @ c, 0, 1) ** (1 / 2.2) for c in linear]
        apart = [np.linalg.norm(seen[i] - seen[j]) for i, j in ((0, 1), (0, 2), (1, 2))]
        assert min(apart) > 0.15


# ---------------------------------------------------------------- what figures claim


def test_tangent_line_shows_increment_and_differential():
    fig, _ = FIGURES["tangent_line"]()
    assert_allclose(fig.numbers["increment"], np.e - 1)
    assert fig.numbers["dy"] == 1.0
    assert_allclose(fig.numbers["remainder"], np.e - 2)


def test_increment_runs_with_the_derivative_and_the_difference_falls_with_slope_two():
    fig, ax = plots.increment_against_derivative(np.exp, lambda dx: dx, 0.0, 1.0)
    n = fig.numbers
    small = n["steps"] <= 1e-3
    assert_allclose(n["increment"][small], n["linear"][small], rtol=1e-3)
    assert n["slope"] == pytest.approx(2, abs=0.05)
    assert_allclose(ax.get_lines()[2].get_ydata(), n["remainder"])


def test_a_wrong_derivative_shows_slope_one():
    fig, _ = plots.increment_against_derivative(np.exp, lambda dx: 2 * dx, 0.0, 1.0)
    assert fig.numbers["slope"] == pytest.approx(1, abs=0.05)


def test_error_against_step_measures_each_curve():
    t = 2.0 ** -np.arange(10)
    fig, ax = plots.error_against_step(t, {"first": 3 * t, "second": t**2}, slopes=(1, 2))
    assert_allclose(list(fig.numbers["slopes"].values()), [1, 2])
    assert [text.get_text() for text in ax.texts] == ["slope 1", "slope 2"]


def test_error_against_step_leaves_out_zeros_and_nan():
    fig, _ = plots.error_against_step([1.0, 0.1, 0.01, 0.001], [1.0, 0.01, 0.0, np.nan])
    assert_allclose(fig.numbers["slopes"][""], 2)


def test_linear_map_draws_the_images_of_the_basis_and_the_area():
    fig, (before, after) = plots.linear_map([[2.0, 1.0], [0.0, 1.0]], {"v": (1, -1)})
    assert_allclose(fig.numbers["images"]["v"], [1, -1])
    assert fig.numbers["area"] == pytest.approx(2)
    corners = after.patches[0].get_xy()[:4]
    assert_allclose(corners, [[0, 0], [2, 0], [3, 1], [1, 1]])
    fig.canvas.draw()
    # One unit is as long before as after.
    units = [np.diff(side.transData.transform([(0, 0), (1, 0)])[:, 0]) for side in (before, after)]
    assert_allclose(*units, rtol=0.02)


def test_linear_map_with_a_window_keeps_it():
    for M in (np.eye(2), 5 * np.eye(2)):
        fig, sides = plots.linear_map(M, window=3)
        assert [side.get_xlim() for side in sides] == [(-3, 3), (-3, 3)]
        assert_allclose(fig.get_size_inches(), [6.0, 3.4])


def test_surface_tells_a_tangent_plane_from_slopes_that_fit_none():
    fig, _ = FIGURES["surface"]()
    angles = np.deg2rad(fig.numbers["angles"])
    # On a ray the function is t cos²φ sin φ: its slope at 0.
    assert_allclose(fig.numbers["slopes"], np.cos(angles) ** 2 * np.sin(angles), atol=1e-12)
    assert fig.numbers["plane_gap"] > 0.1
    smooth, _ = plots.surface(lambda x, y: 2 * x - y + x * y)
    assert smooth.numbers["plane_gap"] < 1e-5


def test_surface_draws_a_curve_into_the_point():
    fig, (_, slices) = plots.surface(
        lambda x, y: x**3 * y / (x**4 + y**2), curve=lambda t: (t, t**2)
    )
    assert fig.numbers["plane_gap"] < 1e-4  # every slope along a ray is 0
    t, values = slices.get_lines()[-1].get_data()
    assert_allclose(values, t / 2)  # but on the parabola f = t/2


def test_directional_derivative_is_the_gradient_times_the_direction():
    fig, (_, right) = FIGURES["directional_derivative"]()
    assert fig.numbers["derivative"] == 3.0
    tangent = right.get_lines()[1].get_xydata()
    assert_allclose(np.diff(tangent[:, 1]) / np.diff(tangent[:, 0]), 3.0)


def test_gradients_represent_the_derivative_in_each_inner_product():
    fig, _ = FIGURES["gradients"]()
    h = np.array([0.3, -1.2])
    for weight, g in zip((np.eye(2), W), fig.numbers["gradients"].values(), strict=True):
        assert g @ weight @ h == pytest.approx(np.array([1.0, 2.0]) @ h)


def test_regression_meets_the_normal_equations():
    x, y = np.array([-1.0, 0.0, 1.0, 2.0]), np.array([1.0, 0.0, 3.0, 1.0])
    fig, ax = plots.regression(x, y, degree=2)
    X = np.column_stack([np.ones(4), x, x**2])
    assert_allclose(X.T @ X @ fig.numbers["coefficients"], X.T @ y, atol=1e-12)
    assert_allclose(X.T @ fig.numbers["residuals"], 0, atol=1e-12)
    ends = np.array([segment[:, 1] for segment in ax.collections[0].get_segments()])
    assert_allclose(np.abs(ends[:, 1] - ends[:, 0]), np.abs(fig.numbers["residuals"]))


def test_network_has_one_edge_for_each_weight():
    fig, ax = plots.network([3, 4, 2])
    assert fig.numbers["edges"] == 3 * 4 + 4 * 2
    assert len(ax.collections[0].get_segments()) == 20


def test_heat_map_writes_every_entry_and_frames_every_block():
    M = np.array([[1.0, -2.5], [0.0, -0.0]])
    _, ax = plots.heat_map(M, blocks=(1, 1))
    assert [t.get_text() for t in ax.texts] == ["1", "−2.5", "0", "0"]
    assert len(ax.get_lines()) == 3 + 3


def test_heat_map_writes_no_power_of_ten_where_the_digits_are_shorter():
    entries = [[177.0, -99.6, 99.4], [0.123, -1234.0, 1e-7]]
    _, ax = plots.heat_map(entries)
    written = [t.get_text().replace("−", "-") for t in ax.texts]
    assert written == ["177", "-100", "99", "0.12", "-1234", "1e-07"]
    for text, entry in zip(written, np.ravel(entries), strict=True):
        assert float(text) == pytest.approx(entry, rel=0.05)


def test_heat_map_leaves_zero_transparent():
    _, ax = plots.heat_map(np.array([[0.0, 1.0]]))
    mesh = ax.collections[0]
    mesh.update_scalarmappable()
    zero, one = mesh.get_facecolor()
    assert zero[3] < 0.01
    assert one[3] > 0.7


def test_gaps_by_trial_keeps_a_gap_above_the_tolerance_in_view():
    fig, ax = FIGURES["gaps_by_trial"]()
    assert ax.get_ylim()[1] > fig.numbers["largest"] == 1e-3


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: plots.linear_map(np.eye(3)), ShapeError, r"\(2, 2\).*\(3, 3\)"),
        (lambda: plots.heat_map(np.ones(3)), ShapeError, r"matrix.*\(3,\)"),
        (lambda: plots.heat_map(np.eye(3), blocks=(2, 2)), ShapeError, "do not tile"),
        (lambda: plots.network([3]), ShapeError, "at least two layers"),
        (
            lambda: plots.gradients(np.add, [1.0, 1.0, 1.0], [0, 0], {"I": None}),
            ShapeError,
            r"\(2,\)",
        ),
        (
            lambda: plots.gradients(np.add, [1.0, 1.0], [0, 0], {"W": -np.eye(2)}),
            DomainError,
            "positive definite",
        ),
    ],
)
def test_figures_refuse_what_they_cannot_draw(call, error, message):
    with pytest.raises(error, match=message):
        call()


# ---------------------------------------------------------------- where figures appear


def test_use_style_makes_a_notebook_show_svg(monkeypatch):
    monkeypatch.delenv("MPLBACKEND", raising=False)  # the kernel then takes its inline backend
    source = "import mcalclib as mc\nmc.plots.use_style()\nfig, ax = mc.plots.network([2, 2])\nNone"
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for _ in range(2)])
    done = NotebookClient(book, kernel_name="python3").execute()
    assert [len(cell.outputs) for cell in done.cells] == [1, 1]
    pictures = [cell.outputs[0].data["image/svg+xml"] for cell in done.cells]
    assert pictures[0] == pictures[1]
    assert "<dc:date>" not in pictures[0]


def test_importing_the_package_does_not_load_matplotlib():
    code = "import sys, mcalclib; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
