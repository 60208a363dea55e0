"""The app configuration of files."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "vetgrid.files"
    label = "files"
