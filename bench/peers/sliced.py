"""Sliced peers: POT's ot.sliced, along the directions that are given; on spheres along as many circles of its own."""

import numpy as np
import ot

from exact import timed


def on_sphere(points):
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def pot_flat(given, options):
    projections = np.ascontiguousarray(np.array(options["directions"]).T)

    def solve():
        distance = ot.sliced_wasserstein_distance(
            given.x, given.y, given.a, given.b, p=options["p"], projections=projections
        )
        return float(distance) ** options["p"], True

    return timed(solve)


def pot_sphere(function, alone=False):
    def prepare(given, options):
        x, y = on_sphere(given.x), on_sphere(given.y)
        clouds = (x,) if alone else (x, y)
        return timed(lambda: (float(function(*clouds, n_projections=options["projections"], seed=1)), True))

    return prepare


PREPARE = {
    "pot sliced_wasserstein_distance": pot_flat,
    "pot sliced_wasserstein_sphere": pot_sphere(ot.sliced_wasserstein_sphere),
    "pot linear_sliced_wasserstein_sphere": pot_sphere(ot.linear_sliced_wasserstein_sphere),
    "pot sliced_wasserstein_sphere_unif": pot_sphere(ot.sliced_wasserstein_sphere_unif, alone=True),
}


def prepare(request, given):
    return PREPARE[request["peer"]](given, request["options"]), None, {}
