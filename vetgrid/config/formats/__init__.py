"""This package holds how dates and numbers are written on screen."""
