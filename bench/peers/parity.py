"""Values of other libraries on the sweep of packages/monge/test/parity, whose record.ts calls this with a folder of .npy files.

Each problem gets the value of POT's plan; where POT's potentials do not prove it, that of scipy's linear program (HiGHS) as well;
where it is a square uniform problem, that of scipy's linear_sum_assignment.
"""

import json
import os
import sys
import warnings

import numpy as np
import ot
import scipy
import scipy.sparse as sparse
from scipy.optimize import linear_sum_assignment, linprog

folder = sys.argv[1]


def load(k, name):
    path = os.path.join(folder, f"{k}.{name}.npy")
    return np.load(path) if os.path.exists(path) else None


def linear_program(a, b, C):
    """min <P, C> over the transport polytope; one redundant column constraint is left out."""
    n, m = C.shape
    rows = sparse.kron(sparse.eye(n), np.ones((1, m)))
    columns = sparse.kron(np.ones((1, n)), sparse.eye(m))
    constraints = sparse.vstack([rows, columns]).tocsr()[:-1]
    answer = linprog(C.ravel(), A_eq=constraints, b_eq=np.concatenate([a, b])[:-1], method="highs")
    return answer.fun if answer.success else None


with open(os.path.join(folder, "problems.json")) as file:
    plan = json.load(file)

values = []
doubts = 0
for k in range(plan["count"]):
    C = load(k, "C")
    n, m = C.shape
    a, b = load(k, "a"), load(k, "b")
    a = np.full(n, 1 / n) if a is None else a
    b = np.full(m, 1 / m) if b is None else b
    b = b * (a.sum() / b.sum())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        G, log = ot.emd(a, b, C, numItermax=10**7, log=True, check_marginals=False)
    value = float((G * C).sum())
    dual = float(log["u"] @ a + log["v"] @ b)
    scale = float(np.abs(G * C).sum())
    infeasible = float(np.maximum(log["u"][:, None] + log["v"][None, :] - C, 0).max())
    marginal = float(np.abs(G.sum(1) - a).sum() + np.abs(G.sum(0) - b).sum())
    proved = (
        log["result_code"] == 1
        and max(value - dual, infeasible * a.sum()) <= 1e-10 * scale
        and marginal <= 1e-10 * a.sum()
    )
    recorded = {"pot": value}
    if not proved:
        doubts += 1
        recorded["highs"] = linear_program(a, b, C)
        residuals = f"gap {value - dual:.1e}, dual {infeasible:.1e}, marginals {marginal:.1e}"
        print(f"problem {k}: POT {value!r} is not proved by its potentials ({residuals}); HiGHS {recorded['highs']!r}")
    if k in plan["assignments"]:
        rows, columns = linear_sum_assignment(C)
        recorded["assignment"] = float(C[rows, columns].sum())
    values.append(recorded)

print(f"{len(values)} problems, {doubts} that POT's own potentials do not prove")
with open(os.path.join(folder, "values.json"), "w") as file:
    versions = {"pot": ot.__version__, "scipy": scipy.__version__, "numpy": np.__version__}
    json.dump({"versions": versions, "values": values}, file)
