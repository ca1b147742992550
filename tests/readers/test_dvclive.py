"""DVCLive's plots."""

import pytest

from thresher.readers import ReadError, read

OOPS = (b"0.375", b"oops")


def sample(folder):
    for seed in (1, 2):
        path = folder / f"run_{seed}/dvclive/plots/metrics/eval/loss.tsv"
        path.parent.mkdir(parents=True)
        path.write_text("step\tloss\n0\t0.5\n1\t0.375\n")
    return {
        "files": "run_{seed}/dvclive/plots/metrics/eval/loss.tsv",
        "metric": "eval/loss",
        "axis": "epoch",
    }


def test_the_path_names_the_metric(tmp_path):
    imported = read(**sample(tmp_path), folder=tmp_path)
    assert imported.table["eval/loss"].tolist() == [0.5, 0.375] * 2
    assert imported.table["epoch"].tolist() == [0, 1] * 2


def test_another_metrics_file_is_refused(tmp_path):
    with pytest.raises(ReadError, match="holds eval/loss, not accuracy"):
        read(**sample(tmp_path) | {"metric": "accuracy"}, folder=tmp_path)
