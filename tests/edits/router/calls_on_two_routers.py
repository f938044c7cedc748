"""Every route of the service."""

from fastapi import APIRouter

from app.api.routes.health import router as health_router
from app.api.routes.users import router as users_router

api_router = APIRouter()
other = APIRouter()
other.include_router(health_router)
api_router.include_router(users_router, prefix="/people")  # renamed


def more() -> None:
    """Nothing."""
