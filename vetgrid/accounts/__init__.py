"""This domain is who may sign in, in which roles, and how far each role reaches."""
