"""Blocks predicted by several processes or machines, through dask.distributed.

Loaded only where a cluster is asked for: `pip install 'landcast[distributed]'` brings what it needs.
"""
