"""Addresses of the console pages of this domain."""

urlpatterns: list[object] = []
