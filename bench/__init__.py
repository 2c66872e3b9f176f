"""`make bench`: what the shop costs, in CPU time a request, and whether that is within its limits.

Run as `python -m bench`: opens a shop of its own, drives it over loopback, writes `docs/performance.md`.
"""
