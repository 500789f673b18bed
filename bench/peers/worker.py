"""One peer solver as a long-lived process: a JSON line in, a JSON line out; only the kernel call is timed (CPU seconds of this process)."""

import json
import os
import resource
import sys

# One core, whatever a library thinks of thread counts: CPU seconds then are those of one thread.
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import numpy as np  # noqa: E402
import ot  # noqa: E402
import scipy  # noqa: E402

import entropic  # noqa: E402
import exact  # noqa: E402
import gromov  # noqa: E402
import sliced  # noqa: E402
from inputs import read_input  # noqa: E402

VERSIONS = {"python": sys.version.split()[0], "pot": ot.__version__, "scipy": scipy.__version__, "numpy": np.__version__}


def main():
    run = None
    for line in sys.stdin:
        request = json.loads(line)
        if request["op"] == "load":
            family = next(family for family in (entropic, gromov, sliced, exact) if request["peer"] in family.PREPARE)
            run, calibration, versions = family.prepare(request, read_input(request))
            answer = {"versions": {**VERSIONS, **versions}, "calibration": calibration}
        else:
            answer = run()
            answer["rssBytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps(answer), flush=True)


main()
