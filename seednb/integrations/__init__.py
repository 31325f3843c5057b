"""What seednb does inside of other tools."""
