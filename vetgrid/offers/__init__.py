"""Offers: the preference list, the alliance of merchants, dynamic codes and their redemptions."""
