"""Every route of the service."""

from fastapi import APIRouter

from app.api.routes.health import router as health_router
from app.api.routes.users import router as users_router

ROUTERS = [
    health_router,
    users_router,
]

api_router = APIRouter()
for router in ROUTERS:
    # Taken over, not included: for each level of inclusion FastAPI matches every route once more.
    api_router.routes.extend(router.routes)
