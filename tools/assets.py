"""Copy what the pages need from npm into the folder that html_extra_path names.

Nothing third-party may lie in _static/: Jupyter Book would put a script tag on every page for
each .js file it finds there.
"""

import json
import re
import shutil
import subprocess

from .paths import NODE_MODULES, ROOT, VENDOR, environment

_USED = re.compile(r"\bmath\.([a-z]\w*)")
BUNDLE = """require("esbuild").buildSync({{
  stdin: {{contents: 'export {{{names}}} from "mathjs"', resolveDir: {folder}}},
  bundle: true, minify: true, format: "iife", globalName: "math", legalComments: "none",
  banner: {{js: "// From math.js (Apache-2.0, see LICENSE beside this file)"}}, outfile: {target},
}})"""


def copy() -> None:
    """Fill _vendor/, whose contents land in the site's _static/vendor/."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    katex = VENDOR / "_static" / "vendor" / "katex"
    (katex / "fonts").mkdir(parents=True)
    source = NODE_MODULES / "katex" / "dist"
    css = (source / "katex.min.css").read_text(encoding="utf-8")
    (katex / "katex.min.css").write_text(woff2_only(css), encoding="utf-8")
    # Pages are typeset while building; this typesets what readers type.
    shutil.copyfile(source / "katex.min.js", katex / "katex.min.js")
    for font in (source / "fonts").glob("*.woff2"):
        shutil.copyfile(font, katex / "fonts" / font.name)
    shutil.copyfile(NODE_MODULES / "katex" / "LICENSE", katex / "LICENSE")
    mathjs = VENDOR / "_static" / "vendor" / "mathjs"
    mathjs.mkdir()
    for name in ("LICENSE", "NOTICE"):
        shutil.copyfile(NODE_MODULES / "mathjs" / name, mathjs / name)
    target = json.dumps(str(mathjs / "math.js"))
    script = BUNDLE.format(
        names=", ".join(functions_of_math()), folder=json.dumps(str(ROOT)), target=target
    )
    subprocess.run(["node", "-e", script], cwd=ROOT, env=environment(), check=True)


def functions_of_math() -> list[str]:
    """Return what the pages' scripts use of math.js: a third of it."""
    scripts = (ROOT / "_static").rglob("*.js")
    used = {name for path in scripts for name in _USED.findall(path.read_text(encoding="utf-8"))}
    return sorted(used - {"js"})


def woff2_only(css: str) -> str:
    """Drop the fallbacks for browsers from before 2018, so that every font named is shipped."""
    return re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)', "", css)
