"""What a library draws or computes with elsewhere is not imported where it is not used."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

TRAINING = "import thresher.training, keras", ["IPython", "matplotlib", "sklearn"]
DRAWING = "import thresher.gallery, seaborn; thresher.figures.every()", ["scipy.stats"]


@pytest.mark.parametrize(("imports", "unused"), [TRAINING, DRAWING])
def test_a_library_comes_without_what_is_not_used_which_may_come_after_it(imports, unused):
    program = (
        f"import sys; {imports}\n"
        f"print([name for name in {unused} if name in sys.modules])\n"
        f"import {', '.join(unused)}\n"
        f"print([name for name in {unused} if name not in sys.modules])\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.stdout.splitlines() == ["[]", "[]"], ended.stderr
