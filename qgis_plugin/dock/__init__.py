"""The panel of Landcast: what to predict is chosen, looked at before it is begun, begun and followed."""
