"""Gromov-Wasserstein peers: POT's conditional gradients from the product, to its own default tolerance."""

import warnings

import numpy as np
import ot

from exact import timed
from inputs import cost_matrix

warnings.filterwarnings("ignore")


def pot_gromov(given, options):
    Cx = cost_matrix(given.x, given.x, given.ground)
    Cy = cost_matrix(given.y, given.y, given.ground)

    def solve():
        P, log = ot.gromov.gromov_wasserstein(Cx, Cy, given.a, given.b, log=True)
        return float(log["gw_dist"]), np.isfinite(P).all()

    return timed(solve)


def pot_fused(given, options):
    Cx = cost_matrix(given.x, given.x, given.ground)
    Cy = cost_matrix(given.y, given.y, given.ground)
    M = cost_matrix(given.x, given.y, given.ground)

    def solve():
        P, log = ot.gromov.fused_gromov_wasserstein(M, Cx, Cy, given.a, given.b, alpha=options["alpha"], log=True)
        return float(log["fgw_dist"]), np.isfinite(P).all()

    return timed(solve)


PREPARE = {"pot gromov_wasserstein": pot_gromov, "pot fused_gromov_wasserstein": pot_fused}


def prepare(request, given):
    return PREPARE[request["peer"]](given, request["options"]), None, {}
