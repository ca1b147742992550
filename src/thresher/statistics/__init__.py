"""Events or traces to tables: estimates, tests, intervals, verdicts. No drawing, no files."""
