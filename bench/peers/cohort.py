"""POT's loop over pairs of pictures: a .npy of histograms and a list of pairs in, CPU seconds and values out, line by line of standard input."""

import json
import os
import sys
import time

os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import numpy as np  # noqa: E402
import ot  # noqa: E402

histograms = np.load(sys.argv[1])
height, width = int(sys.argv[2]), int(sys.argv[3])
cells = np.stack(np.meshgrid(np.arange(float(height)), np.arange(float(width)), indexing="ij"), -1).reshape(-1, 2)
M = ot.dist(cells, cells)
print(json.dumps({"pot": ot.__version__, "numpy": np.__version__}), flush=True)
for line in sys.stdin:
    pairs = json.loads(line)
    begin = time.process_time()
    values = [ot.emd2(histograms[i], histograms[j], M) for i, j in pairs]
    print(json.dumps({"cpu": time.process_time() - begin, "values": values}), flush=True)
