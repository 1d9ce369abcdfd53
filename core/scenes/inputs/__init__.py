"""What scenes a run is about: paths, folders, patterns, lists, areas of a vector file, and searches of catalogues."""
