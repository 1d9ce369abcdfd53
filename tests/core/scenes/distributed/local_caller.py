"""A program without a main guard that predicts a scene on two processes, and tells when they are there."""

import json
import sys
import time
from pathlib import Path

from landcast.core.scenes.distributed.local_cluster import start_local_cluster

with start_local_cluster(2, memory_bytes=8 * 2**30) as cluster:
    Path(sys.argv[1]).write_text(json.dumps({"pid": cluster.process.pid, "folder": str(cluster.keys)}))
    time.sleep(600)
