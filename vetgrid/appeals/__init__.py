"""This domain is appeals: consultation, appeals, accusations, reception, ratings, mediation and legal aid 咨询 诉求 接访 调解."""
