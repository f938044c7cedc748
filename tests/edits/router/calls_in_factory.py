"""Every route of the service."""

from fastapi import APIRouter

from app.api.routes.health import router as health_router
from app.api.routes.users import router as users_router


def make() -> APIRouter:
    """Make the router."""
    api_router = APIRouter()
    api_router.include_router(health_router)
    api_router.include_router(
        users_router,
    )
    return api_router
