"""Django settings, one file: everything that differs between installations comes from the home folder or environment."""

import os
import sys
from datetime import date
from pathlib import Path

from vetgrid.config import database, instance

IS_TEST = "pytest" in sys.modules
if IS_TEST:
    test_home = os.environ.setdefault("VETGRID_HOME", str(instance.CHECKOUT / ".vetgrid" / "test"))
    # Each process of a shared test run has a server of its own: an open transaction of one holds up the seals of all others.
    if (process := os.environ.get("PYTEST_XDIST_WORKER", "")) and not test_home.endswith(process):
        os.environ["VETGRID_HOME"] = f"{test_home}-{process}"

_HOME = instance.home()
_HERE = instance.instance()

DEBUG = False
SECRET_KEY = instance.secret("django")
ALLOWED_HOSTS = [host for host in os.environ.get("VETGRID_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if host]
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("VETGRID_ORIGINS", "").split(",") if origin]

INSTANCE = _HERE
FIXED_DAY = date(2023, 12, 28) if IS_TEST else _HERE.day
HOME = _HOME
DATA = instance.DATA
KEYS_FILE = os.environ.get("VETGRID_KEYS_FILE") or str(_HOME / "keys.json")
FILES_DIR = _HOME / "files"

INSTALLED_APPS = [
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "vetgrid.core",
    "vetgrid.web",
    "vetgrid.audit",
    "vetgrid.orgs",
    "vetgrid.accounts",
    "vetgrid.files",
    "vetgrid.policies",
    "vetgrid.notices",
    "vetgrid.work",
    "vetgrid.registry",
    "vetgrid.citizens",
    "vetgrid.grid",
    "vetgrid.payments",
    "vetgrid.appeals",
    "vetgrid.benefits",
    "vetgrid.visits",
    "vetgrid.employment",
    "vetgrid.cards",
    "vetgrid.offers",
    "vetgrid.reports",
    "vetgrid.desk",
]

MIDDLEWARE = [
    "vetgrid.config.headers.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "vetgrid.accounts.middleware.SignedIn",
]

ROOT_URLCONF = "vetgrid.config.urls"
WSGI_APPLICATION = "vetgrid.config.wsgi.application"
DATABASES = {"default": database.django_settings()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "vetgrid.config.context.console",
            ],
        },
    }
]

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = ["vetgrid.config.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = _HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if IS_TEST
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_ROOT = Path(__file__).parents[1] / "web" / "h5"  # the built mini-program, at /m/
WHITENOISE_INDEX_FILE = True
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/m/assets/|^/static/.+\.[0-9a-f]{12}\."
WHITENOISE_USE_FINDERS = IS_TEST
WHITENOISE_AUTOREFRESH = IS_TEST

MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
PASSWORD_HASHERS = (
    ["vetgrid.accounts.hashing.QuickForTests"] if IS_TEST else ["django.contrib.auth.hashers.Argon2PasswordHasher"]
)

SECURE_COOKIES = os.environ.get("VETGRID_HTTPS", "") == "1"
CSRF_COOKIE_SECURE = SECURE_COOKIES
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "vetgrid.web.refusals.csrf_failed"
MESSAGES_COOKIE_SECURE = SECURE_COOKIES
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_COOKIES else None
SECURE_SSL_REDIRECT = False
X_FRAME_OPTIONS = "DENY"

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
UPLOAD_BYTES = 50 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"vetgrid": {"level": "INFO"}, "procrastinate": {"level": "WARNING"}},
}
