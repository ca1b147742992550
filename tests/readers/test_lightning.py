"""PyTorch Lightning's metrics.csv."""

from thresher.readers import read

OOPS = (b"0.375", b"oops")
TEXT = """epoch,step,test_loss,train_loss,val_loss
0,49,,1.5,
0,99,,1.25,
0,99,,,0.5
1,149,,1.125,
1,199,,,0.375
0,200,0.25,,
"""


def sample(folder):
    for version, seed in enumerate((7, 8)):
        path = folder / f"adam/version_{version}/metrics.csv"
        path.parent.mkdir(parents=True)
        path.write_text(TEXT)
        (path.parent / "hparams.yaml").write_text(f"lr: 0.1\nseed: {seed}\n")
    return {"files": "{arm}/version_*/metrics.csv", "metric": "val_loss", "axis": "step"}


def test_validation_rows_count_at_their_own_steps_and_a_phantom_test_row_does_not(tmp_path):
    imported = read(**sample(tmp_path), folder=tmp_path)
    assert imported.table["step"].tolist() == [99, 199, 99, 199]
    assert imported.table["val_loss"].tolist() == [0.5, 0.375, 0.5, 0.375]


def test_the_seed_is_taken_from_hparams_beside_it(tmp_path):
    imported = read(**sample(tmp_path), folder=tmp_path)
    assert imported.table["seed"].unique().tolist() == [7, 8]
    assert "adam/version_0/hparams.yaml" in imported.digests


def test_the_epoch_is_an_axis_too(tmp_path):
    imported = read(**sample(tmp_path) | {"axis": "epoch"}, folder=tmp_path)
    assert imported.table["epoch"].tolist() == [0, 1, 0, 1]
