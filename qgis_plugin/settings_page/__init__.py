"""The page in QGIS's options: which worker, from where, and in what state it is."""
