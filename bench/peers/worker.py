"""One peer solver as a long-lived process: a JSON line in, a JSON line out; only the kernel call is timed (CPU seconds of this process)."""

import json
import os
import resource
import sys
import time

import numpy as np
import ot
import scipy
from ot.lp._network_simplex import emd_c
from scipy.optimize import linear_sum_assignment

# One cost block at a time keeps the temporary arrays small.
BLOCK = 256


def load(folder, name):
    path = os.path.join(folder, name + ".npy")
    return np.load(path) if os.path.exists(path) else None


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


def prepare_pot(a, b, C):
    """What ot.emd does before its kernel: equal sums, atoms without mass dropped."""
    b = b * (a.sum() / b.sum())
    rows, columns = np.flatnonzero(a), np.flatnonzero(b)
    if len(rows) < len(a) or len(columns) < len(b):
        C = np.ascontiguousarray(C[np.ix_(rows, columns)])
    a, b = a[rows], b[columns]

    def solve():
        _, value, _, _, code = emd_c(a, b, C, 10**9, 1, None, None)
        return value, code == 1

    return timed(solve)


def prepare_assignment(a, b, C):
    def solve():
        rows, columns = linear_sum_assignment(C)
        return (rows, columns), True

    run = timed(solve)

    def valued():
        answer = run()
        rows, columns = answer["value"]
        answer["value"] = float(C[rows, columns].sum() * (a.sum() / len(rows)))
        return answer

    return valued


def timed(solve):
    def run():
        start = time.process_time()
        value, optimal = solve()
        return {"cpu": time.process_time() - start, "value": value, "optimal": bool(optimal)}

    return run


PREPARE = {"pot": prepare_pot, "linear_sum_assignment": prepare_assignment}


def main():
    run = None
    for line in sys.stdin:
        request = json.loads(line)
        if request["op"] == "load":
            folder = request["folder"]
            C = load(folder, "C")
            if C is None:
                C = cost_matrix(load(folder, "x"), load(folder, "y"), request["ground"])
            n, m = C.shape
            a, b = load(folder, "a"), load(folder, "b")
            a = np.full(n, 1 / n) if a is None else a
            b = np.full(m, 1 / m) if b is None else b
            run = PREPARE[request["peer"]](a, b, C)
            answer = {"versions": {"python": sys.version.split()[0], "pot": ot.__version__, "scipy": scipy.__version__, "numpy": np.__version__}}
        else:
            answer = run()
            answer["rssBytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps(answer), flush=True)


main()
