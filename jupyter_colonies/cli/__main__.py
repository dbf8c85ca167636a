"""`python -m jupyter_colonies.cli`: the same as `jupyter colonies`."""

from __future__ import annotations

import sys

from jupyter_colonies.cli import main

sys.exit(main())
