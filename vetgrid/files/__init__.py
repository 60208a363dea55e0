"""This domain is files: uploads and made documents, with who may fetch them and until when."""
