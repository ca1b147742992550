"""What Keras draws with is not imported where runs are trained."""

import subprocess
import sys


def test_keras_comes_without_what_it_draws_with_which_may_come_after_it():
    program = (
        "import sys, thresher.training as training, thresher.training.lean as lean\n"
        "print('keras' in sys.modules, [name for name in lean.UNUSED if name in sys.modules])\n"
        "import matplotlib.pyplot, sklearn.base\n"
        "print('matplotlib' in sys.modules, 'sklearn' in sys.modules)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.stdout.splitlines() == ["True []", "True True"], ended.stderr
