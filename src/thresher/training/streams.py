"""Every random draw of a run, derived from (study entropy, purpose, seed), never seed + offset."""

import hashlib
from dataclasses import dataclass
from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """What a stream is for; its number is part of the derivation and never changes."""

    DATA = 0
    WEIGHTS = 1
    LAYERS = 2
    HELD_OUT = 3


def words(text: str) -> tuple[int, ...]:
    """Hash a text to four 32-bit words, the same on every machine."""
    digest = hashlib.sha256(text.encode()).digest()
    return tuple(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))


@dataclass(frozen=True)
class Streams:
    """The random streams of one arm.

    Attributes
    ----------
    entropy : int
        The study's.
    pairing : str
        ``data+weights``: streams depend on the seed alone, so arms share data and, where shapes
        allow, initial weights. ``data``: weights depend on the arm, too. ``none``: all do.
    arm : str
        The arm's label; unused where everything is shared.
    """

    entropy: int = 0
    pairing: str = "data+weights"
    arm: str = ""

    def _sequence(self, purpose: Purpose, *key: int, shared: bool) -> np.random.SeedSequence:
        own = () if shared else words(self.arm)
        return np.random.SeedSequence(self.entropy, spawn_key=(int(purpose), *key, *own))

    def data(self, seed: int) -> np.random.Generator:
        """Return the generator of a run's training data."""
        sequence = self._sequence(Purpose.DATA, seed, shared=self.pairing != "none")
        return np.random.default_rng(sequence)

    def held_out(self, seed: int | None = None) -> np.random.Generator:
        """Return the generator of a seed's held-out set, or of the one that all share.

        Parameters
        ----------
        seed : int or None
            That of a run: the set is the same for every arm that shares data. None: the set is
            the same for every arm and seed.
        """
        if seed is None:
            return np.random.default_rng(self._sequence(Purpose.HELD_OUT, shared=True))
        sequence = self._sequence(Purpose.HELD_OUT, seed, shared=self.pairing != "none")
        return np.random.default_rng(sequence)

    def weights(self, seed: int, *key: int) -> np.ndarray:
        """Return two 32-bit words that seed one variable's initializer."""
        shared = self.pairing == "data+weights"
        return self._sequence(Purpose.WEIGHTS, seed, *key, shared=shared).generate_state(2)

    def layers(self, seed: int, position: int) -> np.ndarray:
        """Return two 32-bit words: the first state of a layer's own generator (dropout)."""
        shared = self.pairing == "data+weights"
        return self._sequence(Purpose.LAYERS, seed, position, shared=shared).generate_state(2)
