"""This domain is employment: vacancies and job fairs that veterans look up; only a small list so far."""
