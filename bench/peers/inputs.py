"""The input of one case, as bench/run.ts wrote it."""

import os

import numpy as np

# One cost block at a time keeps the temporary arrays small.
BLOCK = 256


class Input:
    """Masses, points and, when first asked for, the cost matrix."""

    def __init__(self, folder, ground):
        self.folder, self.ground = folder, ground
        self.x, self.y = self.load("x"), self.load("y")
        n, m = len(self.x), len(self.y)
        a, b = self.load("a"), self.load("b")
        self.a = np.full(n, 1 / n) if a is None else a
        self.b = np.full(m, 1 / m) if b is None else b
        self.matrix = None

    def load(self, name):
        path = os.path.join(self.folder, name + ".npy")
        return np.load(path) if os.path.exists(path) else None

    @property
    def C(self):
        if self.matrix is None:
            self.matrix = self.load("C")
        if self.matrix is None:
            self.matrix = cost_matrix(self.x, self.y, self.ground)
        return self.matrix


def read_input(request):
    return Input(request["folder"], request["ground"])


def cost_matrix(x, y, ground):
    """The same operations in the same order as costMatrix in bench/inputs.ts, hence the same bits."""
    C = np.empty((len(x), len(y)))
    for begin in range(0, len(x), BLOCK):
        total = np.zeros((min(BLOCK, len(x) - begin), len(y)))
        for axis in range(x.shape[1]):
            difference = x[begin : begin + BLOCK, axis, None] - y[None, :, axis]
            total += difference * difference
        C[begin : begin + BLOCK] = np.sqrt(total) if ground == "euclidean" else total
    return C
