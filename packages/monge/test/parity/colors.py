# Prints POT 0.9.7's value of transport between two palettes: the number in colors.test.ts. Run by hand: python colors.py
import numpy as np
import ot

state = 1


def uniform():
    """Park and Miller's generator: integers, so that TypeScript draws the same."""
    global state
    state = state * 48271 % 2147483647
    return state / 2147483647


def palette(n, low, high):
    colors = np.array([[low + (high - low) * uniform() for _ in range(3)] for _ in range(n)])
    weights = np.array([0.1 + uniform() for _ in range(n)])
    return colors, weights / weights.sum()


X, a = palette(1000, 0.0, 0.7)
Y, b = palette(900, 0.2, 1.0)
print(repr(float(ot.emd2(a, b, ot.dist(X, Y), numItermax=10**7))))
