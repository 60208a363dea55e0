"""Somebody may: keep the list of vacancies and fairs, and read it."""

from vetgrid.core.permission import Permission


class EmploymentPermission(Permission):
    EDIT = "employment.edit"
    READ = "employment.read"
