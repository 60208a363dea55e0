"""Console pages of appeals, accusations, consultations, receptions, ratings, mediations, legal aid and alerts."""
