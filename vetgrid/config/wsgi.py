"""The WSGI application that the web server loads, its pages included: the first visitor does not wait for them."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from vetgrid.config.loading import loading

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vetgrid.config.settings")
with loading():
    application = get_wsgi_application()
    import_module(settings.ROOT_URLCONF)
