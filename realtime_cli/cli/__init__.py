"""The front door: argv and stdin become settings, errors become exit codes."""
