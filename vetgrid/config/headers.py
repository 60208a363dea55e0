"""Security headers on every answer: nothing from outside the host, no inline script or style, no framing, no caching."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)

MINI_PROGRAM = "/m/"
MINI_PROGRAM_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
    "worker-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
"""The mini-program in a browser: chosen photos are shown before they are sent (blob:), a worker keeps it open without a network."""

TILL = "/shop"
"""The one page that may use the camera: a merchant reads a customer's code with it."""


class SecurityHeaders:
    """Middleware; static files may be cached, pages with personal data never."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        in_mini_program = request.path.startswith(MINI_PROGRAM)
        response["Content-Security-Policy"] = MINI_PROGRAM_POLICY if in_mini_program else POLICY
        response["X-Content-Type-Options"] = "nosniff"
        response["X-Frame-Options"] = "DENY"
        response["Referrer-Policy"] = "same-origin"
        response["Cross-Origin-Opener-Policy"] = "same-origin"
        location = "(self)" if in_mini_program else "()"
        camera = "(self)" if request.path == TILL else "()"
        response["Permissions-Policy"] = f"camera={camera}, geolocation={location}, microphone=()"
        if settings.FIXED_DAY is not None:  # a demo county stands on one day; a phone learns it here
            response["X-Business-Day"] = settings.FIXED_DAY.isoformat()
        if "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        return response
