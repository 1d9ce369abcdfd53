"""The process that listens: socket, queue, supervision of the engine, ledger of finished blocks. Never imports torch."""
