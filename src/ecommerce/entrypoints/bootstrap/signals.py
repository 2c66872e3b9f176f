"""Signals between our own processes."""

import signal

# From the server's main process to its workers, some time before SIGTERM: say no at /ready.
DRAIN = signal.SIGUSR1
