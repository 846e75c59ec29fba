"""One importer per format of code system, each yielding the rows of `app.terminology.rows`."""
