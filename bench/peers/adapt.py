"""Domain adaptation by POT on the samples of a folder: the accuracy of the nearest moved sample's class, and CPU seconds, as one JSON line."""

import json
import sys
import time
import warnings

import numpy as np
import ot

warnings.filterwarnings("ignore")
folder, epsilon, strength = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
X, Y = (np.load(f"{folder}/{name}.npy") for name in ("source", "target"))
u, v = (np.load(f"{folder}/{name}.npy").astype(int).ravel() for name in ("sourceLabels", "targetLabels"))


def accuracy(moved):
    squares = (moved**2).sum(1)[:, None] - 2 * moved @ Y.T
    return float((u[squares.argmin(0)] == v).mean())


methods = {
    "exact": lambda: ot.da.EMDTransport(),
    "sinkhorn": lambda: ot.da.SinkhornTransport(reg_e=epsilon),
    "groupLasso": lambda: ot.da.SinkhornL1l2Transport(reg_e=epsilon, reg_cl=strength, max_iter=30),
    "gaussian": lambda: ot.da.LinearTransport(),
    "linearMapping": lambda: ot.da.MappingTransport(kernel="linear", mu=1, eta=1e-3, bias=True, max_iter=20),
}
answer = {}
for name, make in methods.items():
    begin = time.process_time()
    try:
        moved = make().fit(Xs=X, ys=u, Xt=Y).transform(Xs=X)
    except ValueError:
        # Singular covariances become infinite inverses.
        continue
    answer[name] = {"accuracy": accuracy(moved), "seconds": time.process_time() - begin}
print(json.dumps({"pot": ot.__version__, "methods": answer}))
