"""Memory stays flat in epochs."""

import subprocess
import sys

# Inputs of 3,000 epochs, all at once, would be 256 × 3,000 × 404 bytes: more than 300 MB.
PROGRAM = """
import resource
import keras
import numpy as np
from thresher.training import Training, train_block

class Task:
    def draw(self, generator, n):
        return generator.random((n, 100), np.float32), np.ones((n, 1), np.float32)
    held_out = draw

def build():
    dense = keras.layers.Dense(1, activation="sigmoid")
    return keras.Sequential([keras.Input((100,)), dense])

for epochs in (300, 3300):
    given = Training(epochs=epochs, evaluate_every=100, lane_width=256)
    train_block(build, Task(), range(256), given)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def test_ten_times_the_epochs_need_hardly_more_than_their_traces():
    run = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True)
    few, many = map(int, run.stdout.split())
    assert many - few < 100
