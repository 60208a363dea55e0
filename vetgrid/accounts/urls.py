"""Addresses of the console pages of this domain."""

from django.urls import path, register_converter

from vetgrid.accounts import views


class Verb:
    """What can be done to an account with one button."""

    regex = "reset-password|disable|enable|unlock|reset-second-factor"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Verb, "account_verb")

urlpatterns = [
    path("sign-in", views.sign_in),
    path("sign-out", views.sign_out),
    path("account", views.account),
    path("account/password", views.password),
    path("account/second-factor", views.second_factor),
    path("sessions/<uuid:session_id>/end", views.end_session),
    path("users", views.users),
    path("users/new", views.new_user),
    path("users/<uuid:user_id>", views.user),
    path("users/<uuid:user_id>/grants", views.grant),
    path("users/<uuid:user_id>/<account_verb:verb>", views.change_user),
    path("grants", views.grants),
    path("grants/<uuid:grant_id>/revoke", views.revoke),
    path("roles", views.role_matrix),
]
