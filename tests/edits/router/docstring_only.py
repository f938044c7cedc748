"""Routes."""

ROUTERS = []
