"""Running notebooks in fresh runtimes: run, verify, report. Import what you need from its modules; nothing is imported here."""
