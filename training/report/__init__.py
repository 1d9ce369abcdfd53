"""Reports that a person reads: one page without any other file, with tables, plots and pictures."""
