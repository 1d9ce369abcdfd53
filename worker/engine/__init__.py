"""The process that owns the device and the models; the host starts it, and may kill it."""
