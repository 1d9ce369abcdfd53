"""Networks, what a model promises, and the folder it is kept in."""
