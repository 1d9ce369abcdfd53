"""A backtest: every figure that a forecast of change is judged by, beside its rivals and with its uncertainty."""
