"""What a library draws or computes with elsewhere is not imported where it is not used."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

TRAINING = "import thresher.training, keras", ["IPython", "matplotlib", "scipy.sparse", "sklearn"]
JOB = (
    "from thresher.lean import without\nwith without('pandas'): import thresher.training",
    ["pandas"],
)
DRAWING = "import thresher.gallery, seaborn; thresher.figures.every()", ["scipy.stats"]

DRAWN = (
    (
        "from thresher.tasks import load; import numpy as np\n"
        "for _ in range(2): load('cumulative_sum').held_out("
        "np.random.default_rng(0), {'timesteps': 3, 'limit_fraction': 0.5}, 4)"
    ),
    ["scipy.stats"],
)


@pytest.mark.parametrize(("imports", "unused"), [TRAINING, JOB, DRAWING, DRAWN])
def test_a_library_comes_without_what_is_not_used_which_may_come_after_it(imports, unused):
    program = (
        f"import sys\n{imports}\n"
        f"print([name for name in {unused} if name in sys.modules])\n"
        f"import {', '.join(unused)}\n"
        f"print([name for name in {unused} if name not in sys.modules])\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.stdout.splitlines() == ["[]", "[]"], ended.stderr


def test_a_module_of_a_bare_package_finds_the_whole_one_when_it_asks():
    program = """
import sys
from importlib import import_module
import numpy as np
from thresher.lean import bare
with bare("scipy.stats"):
    qmc = import_module("scipy.stats.qmc")
    sampler = qmc.MultivariateNormalQMC([0, 1], rng=np.random.default_rng(0))
print("scipy.stats" in sys.modules)
points = sampler.random(2)  # asks for the normal distribution
import scipy.stats
print(scipy.stats.qmc.MultivariateNormalQMC is qmc.MultivariateNormalQMC, points.shape)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.stdout.splitlines() == ["False", "True (2, 2)"], ended.stderr
