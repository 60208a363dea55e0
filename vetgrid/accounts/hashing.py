"""How passwords are hashed: Argon2 in use; one quick round in the tests, which sign in some hundred times."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickForTests(PBKDF2PasswordHasher):
    """Never configured outside the test run (see settings)."""

    iterations = 1
