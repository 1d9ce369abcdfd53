"""The Processing algorithms: what Landcast offers in the toolbox, the model builder, Python and `qgis_process`."""
