"""Mean curves and differences to the reference, with bands (rule curves)."""

import json

from thresher.logs import logged
from thresher.statistics.contrasts import pairs_of
from thresher.statistics.curves import curve_differences, curves
from thresher.tables import read_traces, write_table


def main(paths: list[str], analysis: str, curves_path: str, differences_path: str) -> None:
    """Read the traces once, write both tables."""
    plan = json.loads(analysis)
    bands = {key: plan[key] for key in ("confidence", "band", "entropy")}
    traces = read_traces(paths)
    pairs = pairs_of(plan["arms"], plan["reference"])
    write_table(curves(traces, arms=plan["arms"], **bands), "curves", curves_path)
    differences = curve_differences(traces, pairs, paired=plan["paired"], **bands)
    write_table(differences, "curve_differences", differences_path)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        main(
            snakemake.input.traces,
            snakemake.params.analysis,
            snakemake.output.curves,
            snakemake.output.differences,
        )
