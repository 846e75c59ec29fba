"""What is known of DICOM metadata: words, value forms, and rules of consistency."""
