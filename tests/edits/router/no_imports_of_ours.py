"""Every route of the service."""

from fastapi import APIRouter

from mine import health_router, users_router

ROUTERS = [
    health_router,
    users_router,
]

api_router = APIRouter()
for router in ROUTERS:
    api_router.include_router(router)
