"""The script of a widget, joined from its modules."""

import re
from collections import Counter
from pathlib import Path

import pytest

from jupyter_colonies.widgets.page import bundle

WIDGETS = Path(bundle.__file__).parents[1]
ENTRIES = [
    path
    for path in sorted(WIDGETS.glob("*/*.js"))
    if "export default" in path.read_text(encoding="utf-8")
]


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_module_stands_behind_what_it_imports_and_each_stands_once(tmp_path):
    write(tmp_path, "low.js", "export const low = 1;\n")
    write(tmp_path, "mid.js", 'import { low } from "./low.js";\nexport class Mid {}\n')
    top = write(
        tmp_path,
        "top.js",
        '// What it is.\n\nimport {\n  low,\n} from "./low.js";\n'
        'import { Mid } from "./mid.js";\nexport default { render() {} };\n',
    )
    joined = bundle.script(top)
    assert re.findall(r"^(?:const|class|export default).*", joined, re.MULTILINE) == [
        "const low = 1;",
        "class Mid {}",
        "export default { render() {} };",
    ]
    assert "import" not in joined


def test_two_that_import_each_other_are_both_there(tmp_path):
    write(tmp_path, "a.js", 'import { b } from "./b.js";\nexport function a() {}\n')
    b = write(tmp_path, "b.js", 'import { a } from "./a.js";\nexport function b() {}\n')
    assert bundle.script(b).count("function") == 2


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_name_stands_twice_in_a_script(entry):
    names = re.findall(
        r"^(?:async )?(?:class|function\*?|const|let) (\w+)", bundle.script(entry), re.MULTILINE
    )
    assert [name for name, count in Counter(names).items() if count > 1] == []
