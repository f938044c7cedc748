"""Every route of the service."""

from fastapi import APIRouter

ROUTERS = []
from app.api.routes.health import router as health_router
from app.api.routes.users import router as users_router