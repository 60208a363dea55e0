"""Addresses of benefits: the values and what-if, and the people who receive them."""

from vetgrid.benefits.urls import console, people

urlpatterns = [*people.urlpatterns, *console.urlpatterns]
