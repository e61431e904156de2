"""The cells of the minutes notebook stand in the order in which `Minutes.sections` yields them."""

from __future__ import annotations

import inspect
import json
import re

from workshop_kit.library import shipped
from workshop_kit.minutes.sections import Minutes


def test_the_notebook_has_the_sections_in_their_order():
    notebook = json.loads((shipped("notebooks") / "minutes.ipynb").read_text("utf-8"))
    code = "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code")
    in_cells = re.findall(r"minutes\.(\w+)\(", code)
    in_code = re.findall(r"self\.(\w+)\(", inspect.getsource(Minutes.sections))
    assert [name for name in in_cells if name in in_code] == in_code
