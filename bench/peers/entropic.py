"""Entropic peers: POT and OTT-JAX, run for as many iterations as the wanted marginal error takes.

A peer is a function advance(k, state) that makes k iterations, from its start where state is None, and returns (state, error, value):
error is the L1 error of both marginals of its plan relative to the mass, value its <P, C>. A first run finds the number of
iterations; measured runs make exactly these in one call, without the parts that only this file needs.
"""

import math
import os
import time
import warnings

import numpy as np
import ot

warnings.filterwarnings("ignore")

# CPU seconds after which a calibration gives up, and how often a chunk looks at the error.
CUT = 120
CHUNK = 100


def l1(P, a, b):
    return float((np.abs(P.sum(1) - a).sum() + np.abs(P.sum(0) - b).sum()) / a.sum())


def pot_kernel(given, eps, options):
    a, b, C = given.a, given.b, given.C

    def advance(k, state, measure=True):
        P, log = ot.bregman.sinkhorn_knopp(a, b, C, eps, numItermax=k, stopThr=0, warn=False, log=True, warmstart=state)
        with np.errstate(all="ignore"):
            state = (np.log(log["u"]), np.log(log["v"]))
        return (state, l1(P, a, b), float((P * C).sum())) if measure else None

    return advance


def pot_log(given, eps, options):
    a, b, C = given.a, given.b, given.C

    def advance(k, state, measure=True):
        P, log = ot.bregman.sinkhorn_log(a, b, C, eps, numItermax=k, stopThr=0, warn=False, log=True, warmstart=state)
        return ((log["log_u"], log["log_v"]), l1(P, a, b), float((P * C).sum())) if measure else None

    return advance


def pot_log_annealed(given, eps, options):
    """sinkhorn_log through falling epsilons: a quarter of the largest cost, then halves, 20 iterations each."""
    a, b, C = given.a, given.b, given.C
    top = 0.25 * C.max()
    steps = max(0, math.ceil(math.log2(top / eps)))

    def advance(k, state, measure=True):
        if state is None:
            for step in range(steps):
                now = top * 0.5**step
                _, log = ot.bregman.sinkhorn_log(a, b, C, now, numItermax=20, stopThr=0, warn=False, log=True, warmstart=state)
                scale = now / max(eps, now / 2)
                state = tuple(scale * (log[name] - np.log(w)) + np.log(w) for name, w in (("log_u", a), ("log_v", b)))
        P, log = ot.bregman.sinkhorn_log(a, b, C, eps, numItermax=k, stopThr=0, warn=False, log=True, warmstart=state)
        return ((log["log_u"], log["log_v"]), l1(P, a, b), float((P * C).sum())) if measure else None

    return advance


def pot_lazy(given, eps, options):
    a, b = given.a, given.b

    def advance(k, state, measure=True):
        ot.bregman.empirical_sinkhorn(given.x, given.y, eps, a, b, numIterMax=k, stopThr=0, isLazy=True, batchSize=256, warn=False)
        return None, math.nan, math.nan

    return advance


def pot_images(method):
    """POT's convolutional code on one image: two convolutions an iteration, as ours; its images live on the unit square."""

    def start(given, eps, options):
        side = round(math.sqrt(len(given.a)))
        image = given.a.reshape(1, side, side)
        reg = eps / (side - 1) ** 2

        def advance(k, state, measure=True):
            ot.bregman.convolutional_barycenter2d(image, reg, method=method, numItermax=k, stopThr=0, warn=False)
            return None, math.nan, math.nan

        return advance

    return start


def pot_unbalanced(method):
    """KL penalties on both sides; the error is that between the plan's marginals and those that its potentials imply."""

    def start(given, eps, options):
        a, b, C = given.a, given.b, given.C
        rho = options["relativeStrength"] * C.max()

        def advance(k, state, measure=True):
            P, log = ot.unbalanced.sinkhorn_unbalanced(
                a, b, C, eps, rho, method=method, numItermax=k, stopThr=0, log=True, warmstart=state
            )
            if not measure:
                return None
            logu, logv = log["logu"], log["logv"]
            # The side that was updated last fits by itself.
            error = np.abs(P.sum(1) - a * np.exp(-logu * eps / rho)).sum() + np.abs(P.sum(0) - b * np.exp(-logv * eps / rho)).sum()
            return (logu, logv), float(error / P.sum()), float((P * C).sum())

        return advance

    return start


def ott(momentum, schedule):
    """OTT-JAX in double precision, with its own test of convergence: its adaptive momentum follows the errors that the test computes."""

    def start(given, eps, options):
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
        import jax
        from ott.geometry import epsilon_scheduler, geometry
        from ott.problems.linear import linear_problem
        from ott.solvers.linear import acceleration, sinkhorn

        jax.config.update("jax_enable_x64", True)
        a, b, C = (jax.numpy.asarray(values) for values in (given.a, given.b, given.C))
        wanted = epsilon_scheduler.Epsilon(target=eps, init=0.1 * float(C.max()), decay=0.7) if schedule else eps
        chosen = {"adaptive": acceleration.Momentum(start=100, error_threshold=0.1), "fixed": acceleration.Momentum(value=1.5)}
        # Its error is that of one marginal, one update ago.
        threshold = options["tolerance"] / 2
        solvers = {}

        def solver(most):
            if most not in solvers:
                run = sinkhorn.Sinkhorn(threshold=threshold, max_iterations=most, momentum=chosen.get(momentum), use_danskin=True)
                solvers[most] = jax.jit(
                    lambda C: run(linear_problem.LinearProblem(geometry.Geometry(cost_matrix=C, epsilon=wanted), a, b))
                )
                jax.block_until_ready(solvers[most](C).f)
            return solvers[most]

        def advance(most, state, measure=True):
            """A whole run of at most so many iterations: there is no going on, which would forget the momentum."""
            out = solver(most)(C)
            jax.block_until_ready(out.f)
            if not measure:
                return None
            P = np.asarray(out.matrix)
            advance.iterations = int(out.n_iters)
            return most, l1(P, given.a, given.b), float((P * given.C).sum())

        advance.restarts = True
        advance.compile = solver
        return advance

    return start


PREPARE = {
    "pot sinkhorn": pot_kernel,
    "pot sinkhorn_log": pot_log,
    "pot sinkhorn_log annealed": pot_log_annealed,
    "pot empirical_sinkhorn lazy": pot_lazy,
    "pot convolutional": pot_images("sinkhorn"),
    "pot convolutional log": pot_images("sinkhorn_log"),
    "pot sinkhorn_unbalanced": pot_unbalanced("sinkhorn"),
    "pot sinkhorn_unbalanced translation invariant": pot_unbalanced("sinkhorn_translation_invariant"),
    "pot sinkhorn_stabilized_unbalanced": pot_unbalanced("sinkhorn_stabilized"),
    "ott": ott(None, False),
    "ott momentum": ott("adaptive", False),
    "ott momentum, schedule": ott("adaptive", True),
    "ott fixed momentum": ott("fixed", False),
}


def calibrate(advance, tolerance, limit):
    """Iterations until the error is at most the tolerance, and the <P, C> they end with; after `limit` seconds
    the time is extrapolated from the last half."""
    if getattr(advance, "restarts", False):
        return calibrate_runs(advance, tolerance, limit)
    spent, state, iterations, history = 0.0, None, 0, []
    while True:
        before = state
        begin = time.process_time()
        state, error, value = advance(CHUNK, state)
        spent += time.process_time() - begin
        iterations += CHUNK
        history.append((spent, error))
        if not math.isfinite(error) or error > 1e6:
            return {"iterations": iterations, "error": None, "cpu": spent, "cut": True}, None
        if error <= tolerance:
            break
        if spent > limit:
            return {"iterations": iterations, "error": error, "cpu": extrapolated(history, tolerance), "cut": True}, None
    done, error, value = last_chunk(advance, tolerance, before, iterations - CHUNK, (iterations, error, value))
    return {"iterations": done, "error": error, "cpu": spent * done / iterations, "cut": False}, value


def calibrate_runs(advance, tolerance, limit):
    """The same for a peer that stops by itself: runs of at most 250, 1000, 4000, .. iterations, compiled before they count."""
    most, history = 250, []
    while True:
        advance.compile(most)
        begin = time.process_time()
        _, error, value = advance(most, None)
        spent = time.process_time() - begin
        history.append((spent, error))
        if not math.isfinite(error):
            return {"iterations": advance.iterations, "error": None, "cpu": spent, "cut": True}, None
        if error <= tolerance:
            return {"iterations": most, "error": error, "cpu": spent, "cut": False}, value
        if spent > limit or advance.iterations < most:
            cpu = None if len(history) < 2 else extrapolated(history, tolerance)
            return {"iterations": advance.iterations, "error": error, "cpu": cpu, "cut": True}, None
        most *= 4


def extrapolated(history, tolerance):
    half = min(history, key=lambda point: abs(point[0] - history[-1][0] / 2))
    (then, before), (now, after) = half, history[-1]
    if not after < before:
        return None
    return now + math.log(after / tolerance) * (now - then) / math.log(before / after)


def last_chunk(advance, tolerance, state, done, best):
    """The last chunk again, in tens."""
    while done + 10 < best[0]:
        state, seen, value = advance(10, state)
        done += 10
        if seen <= tolerance:
            return done, seen, value
    return best


def prepare(request, given):
    options = request["options"]
    largest = float(given.C.max()) if "images" not in request["peer"] and len(given.x) <= 20000 else request["largest"]
    eps = options["relativeEpsilon"] * largest
    advance = PREPARE[request["peer"]](given, eps, options)
    versions = {"ott-jax": ott_version()} if request["peer"].startswith("ott") else {}
    per = request.get("perIteration")
    if per is not None:

        def run_iterations():
            cpu = {}
            for k in (per["few"], per["many"]):
                begin = time.process_time()
                advance(k, None, False)
                cpu[k] = time.process_time() - begin
            return {"cpu": (cpu[per["many"]] - cpu[per["few"]]) / (per["many"] - per["few"]), "value": None, "optimal": True}

        return run_iterations, None, versions
    calibration, value = calibrate(advance, options.get("tolerance", 1e-9), min(CUT, request.get("limit") or CUT))
    k = calibration["iterations"]

    def run():
        begin = time.process_time()
        advance(k, None, False)
        return {"cpu": time.process_time() - begin, "value": value, "optimal": True}

    return run, calibration, versions


def ott_version():
    import ott as package

    return package.__version__
