"""Notebook files for tests."""

from __future__ import annotations

import json
from pathlib import Path


def write_notebook(path: Path, *cells: str, kernelname: str = "python3", **tags: list[str]) -> str:
    """Write a notebook of code cells; `cell2=["tag"]` tags its second cell."""
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": kernelname, "display_name": kernelname}},
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell-{number}",
                "source": source.splitlines(keepends=True),
                "metadata": {"tags": tags.get(f"cell{number}", [])},
                "outputs": [],
                "execution_count": None,
            }
            for number, source in enumerate(cells, 1)
        ],
    }
    fresh = path.with_suffix(".part")
    fresh.write_text(json.dumps(notebook))
    fresh.replace(path)
    return str(path)
