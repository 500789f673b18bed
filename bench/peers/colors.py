"""Pictures by POT: one task on the arrays of a folder, its CPU seconds and its answer as one JSON line.

Usage: colors.py TASK FOLDER. transfer: source.npy and reference.npy, n x 3 in [0, 1], as POT's documentation does it: a thousand pixels of either
picture, EMDTransport, all pixels out of sample. palette: emd2 between the palettes x, a and y, b. barycenter: shapes.npy, count x n x n, and the
weight of the entropy in epsilon.npy.
"""

import json
import os
import sys
import time

os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import numpy as np  # noqa: E402
import ot  # noqa: E402

task, folder = sys.argv[1:]


def load(name):
    return np.load(os.path.join(folder, f"{name}.npy"))


def transfer():
    source, reference = load("source"), load("reference")
    generator = np.random.RandomState(42)

    def solve():
        sampled = source[generator.randint(source.shape[0], size=1000)]
        wanted = reference[generator.randint(reference.shape[0], size=1000)]
        transport = ot.da.EMDTransport()
        transport.fit(Xs=sampled, Xt=wanted)
        moved = np.clip(transport.transform(Xs=source), 0, 1)
        assert moved.shape == source.shape

    return solve


def palette():
    x, a, y, b = (load(name) for name in "xayb")
    C = ot.dist(x, y)
    return lambda: ot.emd2(a, b * (a.sum() / b.sum()), C, numItermax=10**7)


def barycenter():
    shapes, epsilon = load("shapes"), float(load("epsilon")[0])
    return lambda: ot.bregman.convolutional_barycenter2d(shapes, epsilon, stopThr=1e-9, numItermax=10**5).tolist()


solve = {"transfer": transfer, "palette": palette, "barycenter": barycenter}[task]()
begin = time.process_time()
answer = solve()
print(json.dumps({"seconds": time.process_time() - begin, "answer": answer, "pot": ot.__version__}))
