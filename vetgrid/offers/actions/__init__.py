"""Do: keep the preference list, admit merchants, publish offers, show and redeem codes, handle complaints, look for what is unusual."""
