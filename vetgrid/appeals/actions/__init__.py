"""Do: everything that can happen to appeals, accusations, consultations, receptions, mediations and legal aid."""
