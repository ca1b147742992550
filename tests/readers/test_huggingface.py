"""Hugging Face's trainer_state.json."""

import json

from thresher.readers import read

OOPS = (b"0.375", b'"oops"')


def state(path, evaluations, start=0.5):
    path.parent.mkdir(parents=True, exist_ok=True)
    history = []
    for i in range(evaluations):
        step = 500 * (i + 1)
        history.append({"epoch": i + 1.0, "step": step, "loss": 1.0, "learning_rate": 0.1})
        history.append({"epoch": i + 1.0, "step": step, "eval_loss": start - 0.125 * i})
    path.write_text(json.dumps({"global_step": 500 * evaluations, "log_history": history}))


def sample(folder):
    for seed in (1, 2):
        state(folder / f"bert/{seed}/trainer_state.json", 3)
    return {"files": "{arm}/{seed}/trainer_state.json", "metric": "eval_loss", "axis": "step"}


def test_evaluations_stand_at_their_steps(tmp_path):
    imported = read(**sample(tmp_path), folder=tmp_path)
    assert imported.table["step"].tolist() == [500, 1000, 1500] * 2
    assert imported.table["eval_loss"].tolist() == [0.5, 0.375, 0.25] * 2


def test_checkpoints_of_one_training_are_one_run(tmp_path):
    for run, start in (("a", 0.5), ("b", 0.625)):
        for evaluations in (1, 2, 3):
            state(
                tmp_path / f"{run}/checkpoint-{500 * evaluations}/trainer_state.json",
                evaluations,
                start,
            )
    imported = read("*/checkpoint-*/trainer_state.json", metric="eval_loss", folder=tmp_path)
    assert imported.summary["runs"].tolist() == [2]
    assert imported.summary["evaluations_fewest"].tolist() == [3]
    assert not imported.has_seeds
    assert any("is left out as the beginning of" in note for note in imported.notes)


def test_checkpoints_of_one_named_seed_are_one_run_too(tmp_path):
    for evaluations in (1, 2, 3):
        state(tmp_path / f"7/checkpoint-{500 * evaluations}/trainer_state.json", evaluations)
    imported = read("{seed}/**/trainer_state.json", metric="eval_loss", folder=tmp_path)
    assert imported.table["seed"].tolist() == [7, 7, 7]
