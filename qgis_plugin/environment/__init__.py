"""Landcast's own Python environment, made on a click; nothing here knows of windows.

places         where it stands on each system, and what marks it as ours
lock           one installation at a time
pythons        the Pythons of this machine that it can be made with
torch_build    which build of PyTorch the graphics card and its driver take
source         where Landcast itself is installed from, and by which hash
commands       the steps as arguments of pip, and what pip says in plain words
running        a step, followed and stopped with all that it started
verifying      a real operation in the finished environment
installing     all of them in order: locked, resumable, cancelled cleanly
problems       what can go wrong
network        proxy and certificates of QGIS's settings
where          the folder that the settings name
settings       what else they say
outlook        what making it would mean here, before anything is fetched
task           all this in tasks of QGIS
"""
