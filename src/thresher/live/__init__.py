"""What happens while a study runs, from Snakemake's events: one view on a terminal, else lines."""
