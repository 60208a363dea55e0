"""This domain is benefits (优抚待遇): who is entitled to what, why, from when to when, and how much."""
