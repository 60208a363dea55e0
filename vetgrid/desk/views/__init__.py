"""Console pages of the desk: home, inbox, zero boards, hand-over, help."""
