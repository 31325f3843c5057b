"""Reports of comparisons: for a terminal, as JSON, as JUnit's XML and as one page of HTML. Pure functions from facts to text."""

from __future__ import annotations

from seednb.report.document import document, documents
from seednb.report.facts import Facts, Side, gather
from seednb.report.junit import junit
from seednb.report.page import page

__all__ = ["Facts", "Side", "document", "documents", "gather", "junit", "page"]
