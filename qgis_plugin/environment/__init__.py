"""Landcast's own Python environment, made on a click; nothing here knows of windows.

places         where it stands on each system, and what marks it as ours
pythons        the Pythons of this machine that it can be made with
torch_build    which build of PyTorch the graphics card and its driver take
source         where Landcast itself is installed from, and by which hash
network        proxy and certificates for the programs that download
stages         the steps of making it, each a command
installing     all of them in order: locked, resumable, cancelled cleanly
verifying      a real operation in the finished environment
task           all this in a task of QGIS
"""
