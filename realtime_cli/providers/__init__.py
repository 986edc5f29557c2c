"""The address book: where and how to reach each service, as data."""
