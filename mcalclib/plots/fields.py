"""Scalar functions of the plane: surfaces, level sets, gradients."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

from ..errors import ShapeError
from ..linalg import InnerProduct
from .style import _RC, COLORS, Drawn, arrow, axes


def surface(f, angles=(0, 30, 60, 90, 120, 150), radius=1.0, curve=None):
    """Draw the surface of f around 0 beside its slices along straight lines through 0.

    Every slice may have a tangent at 0 and the surface still no tangent plane: the slopes of
    the slices, as a function of the angle, tell whether they lie in one plane.

    Parameters
    ----------
    f : callable
        f(x, y) with f(0, 0) = 0, takes arrays; need not be defined at 0 otherwise.
    angles : sequence of float
        Directions of the slices in degrees.
    radius : float
    curve : callable, optional
        t to (x(t), y(t)) with 0 to 0: drawn on the surface and as one more slice.

    Returns
    -------
    fig, (surface, slices)
        `fig.numbers` has "angles", "slopes" (the derivative at 0 along each direction, from
        f(t v) / t at t = 1e-6) and "plane_gap": the largest distance of the slopes from the
        best linear function of the direction, 0 where a tangent plane fits them.

    References
    ----------
    Spivak (1965), chapter 2.

    Examples
    --------
    >>> fig, ax = surface(lambda x, y: x**2 * y / (x**2 + y**2), angles=(0, 45, 90, 135))
    >>> np.round(fig.numbers["slopes"], 3)
    array([0.   , 0.354, 0.   , 0.354])
    """
    with mpl.rc_context(_RC):
        fig = plt.figure(figsize=(6.0, 3.4))
        left = fig.add_subplot(1, 2, 1, projection="3d")
        right = fig.add_subplot(1, 2, 2)
    # A polar grid, so that straight lines through 0 are lines of the mesh; the ring near 0
    # stands for the origin, where the formula may say 0/0.
    r, phi = np.meshgrid(np.linspace(1e-6, radius, 25), np.linspace(0, 2 * np.pi, 73))
    x, y = r * np.cos(phi), r * np.sin(phi)
    left.plot_surface(
        x,
        y,
        f(x, y),
        color=COLORS["blue"],
        alpha=0.75,
        rstride=1,
        cstride=1,
        linewidth=0.15,
        edgecolor=COLORS["ink"],
        rasterized=True,  # 1800 polygons: a picture is smaller than their outlines
    )
    left.set(xticks=[], yticks=[], zticks=[], xlabel="$x$", ylabel="$y$")
    for axis in (left.xaxis, left.yaxis, left.zaxis):
        axis.set_pane_color((0, 0, 0, 0))
        axis.labelpad = -12
    left.set_box_aspect((1, 1, 0.7), zoom=1.15)
    left.view_init(elev=28, azim=-55)

    t = np.linspace(-radius, radius, 101)
    t = t[t != 0]
    cycle = ("blue", "orange", "green", "purple", "grey", "ink")
    styles = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)))
    slopes = []
    for k, angle in enumerate(angles):
        c, s = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
        options = {"color": COLORS[cycle[k % 6]], "linestyle": styles[k % 6]}
        right.plot(t, f(c * t, s * t), label=f"{angle:g}°", linewidth=1.7, **options)
        left.plot(c * t, s * t, f(c * t, s * t), linewidth=1.3, zorder=5, **options)
        slopes.append(float(f(c * 1e-6, s * 1e-6)) / 1e-6)
    if curve is not None:
        cx, cy = curve(t)
        inside = np.hypot(cx, cy) <= radius
        options = {"color": COLORS["ink"], "linewidth": 2.6}
        right.plot(t[inside], f(cx, cy)[inside], label="curve", **options)
        left.plot(cx[inside], cy[inside], f(cx, cy)[inside], zorder=6, **options)
    right.set(xlabel="$t$", title="slices $f(tv)$")
    right.grid(True)
    right.legend(fontsize=10, ncols=2, handlelength=1.6, columnspacing=0.8, labelspacing=0.2)
    directions = np.column_stack([np.cos(np.deg2rad(angles)), np.sin(np.deg2rad(angles))])
    slopes = np.array(slopes)
    plane = np.linalg.lstsq(directions, slopes, rcond=None)[0]
    fig.numbers = {
        "angles": np.asarray(angles, dtype=float),
        "slopes": slopes,
        "plane_gap": float(np.abs(directions @ plane - slopes).max()),
    }
    return Drawn(fig, (left, right))


def gradients(f, derivative, point, weights, reach=1.5, ax=None):
    """Draw level sets of f and, at one point, its gradient under several inner products.

    One derivative, several gradients: ∇f is the element with ⟨∇f, h⟩ = f'(x)[h], and the inner
    product ⟨a, b⟩ = aᵀWb turns it. Each gradient is normal to the level set in its own
    geometry only; the ellipse ⟨h, h⟩ = const around the point shows that geometry.

    Parameters
    ----------
    f : callable
        f(x, y), takes arrays.
    derivative : (2,) array
        The partial derivatives at the point.
    point : (2,) array
    weights : dict of label to (2, 2) array or None
        Symmetric positive definite W; None is the dot product.
    reach : float
        Half the width of the picture.
    ax : matplotlib axes, optional

    Returns
    -------
    fig, ax
        `fig.numbers["gradients"]`: label to W⁻¹ derivative.

    Raises
    ------
    ShapeError, DomainError
        If a weight is not 2 by 2, symmetric and positive definite.

    Examples
    --------
    >>> weights = {"I": None, "W": np.diag([4.0, 1.0])}
    >>> fig, ax = gradients(lambda x, y: x + y, [1.0, 1.0], [0, 0], weights)
    >>> fig.numbers["gradients"]["W"]
    array([0.25, 1.  ])
    """
    g, p = np.asarray(derivative, dtype=float), np.asarray(point, dtype=float)
    if g.shape != (2,) or p.shape != (2,):
        raise ShapeError(
            f"gradients: point and derivative must have shape (2,), got {p.shape} and {g.shape}."
        )
    products = {label: InnerProduct((2,), W) for label, W in weights.items()}
    fig, ax = axes(ax, figsize=(4.6, 4.4))
    sx, sy = (np.linspace(c - reach, c + reach, 161) for c in p)
    ax.contour(sx, sy, f(*np.meshgrid(sx, sy)), 12, colors=COLORS["grey"], linewidths=0.9)
    ax.contour(
        sx, sy, f(*np.meshgrid(sx, sy)), [float(f(*p))], colors=COLORS["ink"], linewidths=1.8
    )
    found = {label: product.riesz(g) for label, product in products.items()}
    longest = max(np.linalg.norm(v) for v in found.values()) or 1.0
    circle = np.array([np.cos(s := np.linspace(0, 2 * np.pi, 121)), np.sin(s)])
    for k, (label, product) in enumerate(products.items()):
        color = COLORS[("blue", "orange", "green", "purple")[k % 4]]
        W = np.eye(2) if product.weight is None else product.weight
        # {h : hᵀWh = 1} is the image of the circle under the inverse of Rᵀ, W = R Rᵀ.
        ball = np.linalg.solve(np.linalg.cholesky(W).T, circle)
        ball *= 0.3 * reach / np.abs(ball).max()
        ax.plot(*(p[:, None] + ball), color=color, linewidth=1.2, linestyle="--")
        arrow(ax, p, 0.7 * reach * found[label] / longest, color, rf"$\nabla_{{{label}}}f$")
    ax.plot(*p, "o", color=COLORS["ink"])
    ax.set(aspect="equal", xlabel="$x_1$", ylabel="$x_2$")
    ax.set(xlim=(p[0] - reach, p[0] + reach), ylim=(p[1] - reach, p[1] + reach))
    fig.numbers.update(gradients=found)
    return Drawn(fig, ax)
