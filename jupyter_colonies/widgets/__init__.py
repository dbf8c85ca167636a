"""Widgets for notebooks and apps: each is an ipywidget with traits that can be linked.

They are loaded when they are first used, so that none costs anything where it is not shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_colonies import lazy

if TYPE_CHECKING:
    from jupyter_colonies.widgets.composer.composer import Composer
    from jupyter_colonies.widgets.dag.view import DagView
    from jupyter_colonies.widgets.executors.panel import ExecutorPanel
    from jupyter_colonies.widgets.files.browser import FileBrowser
    from jupyter_colonies.widgets.inspector.inspector import Inspector
    from jupyter_colonies.widgets.monitor.monitor import Monitor
    from jupyter_colonies.widgets.timeline.replay import Replay
    from jupyter_colonies.widgets.timeline.timeline import Timeline

__all__ = [
    "Composer",
    "DagView",
    "ExecutorPanel",
    "FileBrowser",
    "Inspector",
    "Monitor",
    "Replay",
    "Timeline",
]

_HOME = {
    "Composer": "composer.composer",
    "DagView": "dag.view",
    "ExecutorPanel": "executors.panel",
    "FileBrowser": "files.browser",
    "Inspector": "inspector.inspector",
    "Monitor": "monitor.monitor",
    "Replay": "timeline.replay",
    "Timeline": "timeline.timeline",
}

__getattr__, __dir__ = lazy.names(__name__, _HOME)
