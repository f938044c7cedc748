"""Every route of the service."""

from fastapi import APIRouter

from app.api.routes.health import router as health_router
from app.api.routes.users import router as users_router
from app.api.routes.orders import router as orders_router

api_router = APIRouter()
api_router.include_router(health_router)
api_router.include_router(users_router, prefix="/people")  # renamed
api_router.include_router(orders_router, prefix="/shop")


def more() -> None:
    """Nothing."""
