"""API of citizens: sign-in, binding, settings, privacy, authorities, campaigns; and a clerk's help in the field."""

from vetgrid.citizens.api import account, authorities, campaigns, helping, sign_in
from vetgrid.citizens.api.routers import citizen, field

__all__ = ["account", "authorities", "campaigns", "citizen", "field", "helping", "sign_in"]
