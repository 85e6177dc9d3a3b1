"""The report of `st-keras evaluate --report`: one page for people, as HTML and as Markdown."""
