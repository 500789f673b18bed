# Prints what POT 0.9.7 says about one small unbalanced problem: the numbers in unbalanced.test.ts. Run by hand: python unbalanced.py
import ot
import numpy as np
from ot.unbalanced import lbfgsb_unbalanced, sinkhorn_knopp_unbalanced

a = np.array([0.2, 0.3, 0.5])
b = np.array([0.6, 0.7])
C = np.array([[0.0, 1.0], [0.5, 0.2], [2.0, 0.3]])
exact = dict(stopThr=1e-14, numItermax=100000)
inf = float("inf")
print("KL", sinkhorn_knopp_unbalanced(a, b, C, 0.1, 0.5, **exact).tolist())
print("reg_type entropy", sinkhorn_knopp_unbalanced(a, b, C, 0.1, 0.5, reg_type="entropy", **exact).tolist())
print("two strengths", sinkhorn_knopp_unbalanced(a, b, C, 0.1, (0.5, 2.0), **exact).tolist())
print("one side", sinkhorn_knopp_unbalanced(a, b / 1.3, C, 0.1, (inf, 0.5), **exact).tolist())
print("L2", lbfgsb_unbalanced(a, b, C, 0.1, 0.5, reg_div="kl", regm_div="l2", stopThr=1e-15, numItermax=100000).tolist())
print("partial", ot.partial.entropic_partial_wasserstein(a, b, C, 0.1, m=0.6, stopThr=1e-15, numItermax=100000).tolist())
