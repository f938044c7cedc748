"""Every route of the service."""

from fastapi import APIRouter

from app.api.routes.health import router as health_router
from app.api.routes.users import router as users_router

ROUTERS = [
    health_router,
    users_router,
    # more to come
]

api_router = APIRouter()
for router in ROUTERS:
    api_router.include_router(router)
