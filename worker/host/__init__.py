"""The process that listens: socket, queue, supervision of the engine, ledger. Never imports torch."""
