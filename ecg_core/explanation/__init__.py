"""Why an estimate is what it is, as far as a clinician can check it."""
