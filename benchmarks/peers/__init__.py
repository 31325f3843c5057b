"""seednb beside other comparers of notebooks, on the same outputs in the same run."""
