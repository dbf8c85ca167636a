"""Sphinx configuration; `make docs` builds the site, warnings being errors."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import reference

reference.write(Path(__file__).parent / "_generated" / "messages.md")

_PACKAGE = json.loads((Path(__file__).parents[1] / "labextension/package.json").read_text())

project = "jupyter_colonies"
author = "The jupyter_colonies developers"
copyright = "2026, the jupyter_colonies developers"
release = _PACKAGE["version"]

extensions = ["myst_nb"]
exclude_patterns = ["_build", "_generated", "jupyter_execute"]
nitpicky = True

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

html_theme = "pydata_sphinx_theme"
html_title = "jupyter_colonies"
html_theme_options = {"show_prev_next": False, "secondary_sidebar_items": ["page-toc"]}
html_sidebars = {"**": ["sidebar-nav-bs"]}
