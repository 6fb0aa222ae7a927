"""The API, version 1: one module a resource."""

from fastapi import APIRouter

from jixiao_gateway.api import alerts, events, forms, reports, subscriptions, units, uploads

router = APIRouter(prefix="/api/v1")
for module in (reports, uploads, forms, alerts, events, subscriptions, units):
    router.include_router(module.router)
