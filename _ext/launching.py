"""The entry of the launch menu that opens a chapter in the JupyterLab that `make lab` runs here.

The theme knows Binder, Colab and hubs; a server on the reader's own computer needs no more than
its address, which the Makefile fixes and `launch_buttons: jupyterlab_here` repeats.
"""

from pathlib import Path

TEXT = "JupyterLab here (make lab)"
TOOLTIP = "Open in the JupyterLab that `make lab` runs on this computer"


def button(address: str, notebook: str) -> dict[str, str]:
    """Return the entry for a notebook, whose folder is the root of that JupyterLab."""
    return {
        "type": "link",
        "text": TEXT,
        "tooltip": TOOLTIP,
        "icon": "fas fa-laptop-code",
        "url": f"{address.rstrip('/')}/lab/tree/{notebook}",
    }


def add_button(app, pagename, templatename, context, doctree):
    settings = app.config.html_theme_options.get("launch_buttons", {})
    for group in context.get("header_buttons", []):
        # The theme makes this group for notebooks alone.
        if group.get("label") == "launch-buttons" and (here := settings.get("jupyterlab_here")):
            notebook = Path(app.env.doc2path(pagename)).name
            group["buttons"].append(button(here, notebook))


def setup(app):
    app.connect("html-page-context", add_button, priority=600)  # after the theme's 501
