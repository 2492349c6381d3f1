"""What the window loads first does not pull in plots or JAX."""

import subprocess
import sys

FIRST = [
    "theme",
    "fonts",
    "icons",
    "parameter_form",
    "problem_list",
    "banner",
    "table_preview",
    "pictures.value_view",
    "pictures.saliency_view",
    "pictures.sample_chooser",
]


def test_first_widgets_import_neither_pyqtgraph_nor_jax() -> None:
    imports = "; ".join(f"import widgets.{name}" for name in FIRST)
    check = f"import sys; {imports}; print([m for m in ('pyqtgraph', 'jax') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
