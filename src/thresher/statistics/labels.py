"""Relabellings of the runs of two arms, for designs without pairs."""

import itertools
import math
from dataclasses import dataclass

import numpy as np

from thresher.statistics.flips import generator

_CELLS = 1 << 20


@dataclass(frozen=True)
class Labels:
    """Relabellings of the runs of two arms.

    Attributes
    ----------
    matrix : ndarray of int8, shape (relabellings, n_arm + n_reference)
        1 where a run is called the arm's. All of them if `exact`, else random rows.
    exact : bool
    """

    matrix: np.ndarray
    exact: bool

    @property
    def resolution(self) -> float:
        """Step of the p-value."""
        return 1.0 / (len(self.matrix) + (not self.exact))

    @property
    def smallest(self) -> float:
        """Smallest two-sided p-value possible; arms of equal size can be swapped."""
        n = self.matrix.shape[1]
        arm = int(self.matrix[0].sum())
        return max((1 + (2 * arm == n)) / math.comb(n, arm), self.resolution)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Return the sums over the runs called the arm's, shape (relabellings, k)."""
        out = np.empty((values.shape[1], len(self.matrix))).T  # a column lies in one piece
        size = max(1, _CELLS // self.matrix.shape[1])
        for begin in range(0, len(out), size):
            rows = slice(begin, begin + size)
            out[rows] = self.matrix[rows].astype(float) @ values
        return out


def relabellings(n_arm: int, n_reference: int, permutations: int, entropy: int) -> Labels:
    """Enumerate all relabellings if there are at most `permutations` + 1, else draw some."""
    n = n_arm + n_reference
    count = math.comb(n, n_arm)
    if count <= permutations + 1:
        chosen = np.array(list(itertools.combinations(range(n), n_arm)), dtype=int)
        matrix = np.zeros((count, n), np.int8)
        np.put_along_axis(matrix, chosen.reshape(count, n_arm), 1, axis=1)
        return Labels(matrix, exact=True)
    matrix = np.zeros((permutations, n), np.int8)
    matrix[:, :n_arm] = 1
    generator(entropy, "relabellings").permuted(matrix, axis=1, out=matrix)
    return Labels(matrix, exact=False)
