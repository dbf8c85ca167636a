"""What goes wrong in a page without being seen: errors in its console, exceptions, rejections."""

import re

from playwright.async_api import ConsoleMessage, Error, Page

# What JupyterLab, Jupyter Notebook and the widgets of others say by themselves, one by one.
HARMLESS = [
    # Jupyter Notebook, each time it is opened.
    r"reading 'schema'\)\n.*/static/notebook/notebook_core",
    r"Command 'filebrowser:open-path' not registered\.\n.*/static/notebook/notebook_core",
    # Its fonts, now and then, while the page is left that signed the browser in.
    r"status of 403 .*\n.*/static/notebook/\w+\.woff2",
    # Its list of files.
    r"^Cannot convert undefined or null to object\n.*/static/notebook/notebook_core",
    # JupyterLab, when a kernel is restarted.
    r"Could not restore the debugger state: Canceled future .*\n.*/static/lab/jlab_core",
    # The manager of the widgets, when it is asked for one that went with its kernel.
    r"Error: widget model not found\n.*/@jupyter-widgets/jupyterlab-manager/",
]


class ConsoleErrors:
    """Collects the errors of a page from now on, until `check`.

    What a test provokes, such as a request that is refused, it has to expect in so many words.
    """

    def __init__(self, page: Page) -> None:
        self._found: list[str] = []
        self._expected = [re.compile(pattern) for pattern in HARMLESS]
        page.on("console", self._said)
        page.on("pageerror", self._raised)

    def expect(self, pattern: str) -> None:
        """Let errors pass in whose text or place this regular expression is found."""
        self._expected.append(re.compile(pattern))

    @property
    def found(self) -> list[str]:
        """The errors that nobody expected, each with its place."""
        return [each for each in self._found if not any(hit.search(each) for hit in self._expected)]

    def check(self) -> None:
        """Fail if there was an error."""
        told = "errors in the page (a test that provokes one says `console.expect(…)`):"
        assert not self.found, "\n\n".join([told, *self.found])

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            place = message.location
            self._found.append(f"{message.text}\n  {place['url']}:{place['lineNumber']}")

    def _raised(self, error: Error) -> None:
        self._found.append(error.stack or str(error))
