"""Files in page formats that tests write themselves."""
