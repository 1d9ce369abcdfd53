"""The one client of a worker, for QGIS and the command line: the protocol and pyzmq, Python 3.9.

client     `WorkerClient`: start there
job        a job as its asker sees it, and how it ends
events     what is told of a job while it runs
follow     waiting for a job in the caller's thread
errors     what can go wrong, as a tree
address    where a worker listens: an endpoint, or a connection file that is read anew at each attempt

loop       the one thread that owns the socket
session    HELLO, PING, and connecting again when a host died
link       one connection, from its first packet to its end
inbox      how other threads wake that thread
questions  what was asked and not answered
progress   the socket thread's side of a job
fetching, received_file, credit, received    parts of it
"""
